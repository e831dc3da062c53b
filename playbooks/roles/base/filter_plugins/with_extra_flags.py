"""Adds the user's flags to the arguments of a component."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

FLAGS = Path(__file__).resolve().parents[3] / "flags.json"


def with_extra_flags(arguments: list[str], extra: list[str], kind: str) -> list[str]:
    """Returns a component's arguments and the user's flags, without what the user's flags replace.

    flags.json lists the flags that may be replaced or merged. lib/flags.ts describes its content.
    """
    if not extra:
        return list(arguments)
    rules = json.loads(FLAGS.read_text(encoding="utf-8"))[kind]
    given = {_name(flag) for flag in extra}
    replaced = {name for name, others in rules["replaceable"].items() if given & {name, *others}}
    merged = given & set(rules["merged"])
    own = [argument for argument in arguments if _name(argument) not in replaced | merged]
    joined = [
        f"--{name}={','.join(flag.partition('=')[2] for flag in [*arguments, *extra] if _name(flag) == name)}" for name in sorted(merged)
    ]
    return own + joined + [flag for flag in extra if _name(flag) not in merged]


def _name(argument: str) -> str:
    """The name of a flag, without the prefix that turns a flag off."""
    return re.sub(r"^--?(no-)?", "", argument.partition("=")[0])


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Any]:
        """Returns the filters by name."""
        return {"with_extra_flags": with_extra_flags}
