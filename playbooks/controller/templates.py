"""Keeps Ansible from reading text as a template.

Ansible reads every string of the inventory and of the extra variables as a template, and runs the lookups in it on the controller.
`literalForAnsible` in lib/templates.ts marks the texts of users. Here the marks are removed, so that this program works with plain
text, and set again for Ansible, also on what is only known now: paths on the controller, and values that Terraform computed.
"""

from __future__ import annotations

import re
from typing import Any

MARK = "__ansible_unsafe"
DELIMITER = re.compile(r"\{[{%#]")


def literal(value: Any) -> Any:
    """Marks all strings in a value that Ansible would read as templates."""
    if isinstance(value, str):
        return {MARK: value} if DELIMITER.search(value) else value
    if isinstance(value, dict):
        return {key: literal(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [literal(item) for item in value]
    return value


def unmarked(value: Any) -> Any:
    """Removes the marks from a value."""
    if isinstance(value, dict):
        return value[MARK] if set(value) == {MARK} else {key: unmarked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unmarked(item) for item in value]
    return value
