"""Secrets: read where the controller keeps them, told to nobody."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from .errors import RunError
from .files import on_controller

ITERATIONS = 200_000


def resolve(references: list[dict[str, Any]], project: Path) -> list[dict[str, Any]]:
    """Makes the paths of secrets absolute; they are relative to the user's project."""
    return [
        {**reference, "file": str(on_controller(reference["file"], project))} if reference.get("file") else reference
        for reference in references
    ]


def keys(references: list[dict[str, Any]], monitoring: str) -> dict[str, bytes]:
    """A key for each secret by which markers can tell that it changed; slow to guess from.

    Raises RunError that names all that are missing or malformed, and none of the values.
    """
    values: dict[str, str] = {}
    problems: list[str] = []
    for reference in references:
        name = reference["name"]
        try:
            values[name] = _checked(reference, _read(reference))
        except RunError as error:
            problems.append(f'  secret "{name}": {error}')
    if problems:
        raise RunError("secrets are missing or malformed on this machine, nothing was started:\n" + "\n".join(problems))
    return {
        name: hashlib.pbkdf2_hmac("sha256", value.encode(), f"{monitoring}/{name}".encode(), ITERATIONS)
        for name, value in values.items()
    }


def _checked(reference: dict[str, Any], value: str) -> str:
    # Services would notice it only when they use it, and braces would be a template to Alertmanager.
    if reference.get("url") and not re.fullmatch(r"https?://[A-Za-z0-9\[][^\s{}]*", value.strip()):
        place = reference.get("environment") or reference.get("file")
        raise RunError(f"what {place} holds is no URL such as https://example.com/path")
    return value


def _read(reference: dict[str, Any]) -> str:
    if variable := reference.get("environment"):
        value = os.environ.get(variable, "")
        if not value.strip():
            raise RunError(f"the environment variable {variable} is not set; export it and deploy again")
        return value
    path = Path(reference.get("file") or "")
    try:
        value = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"the file {path} cannot be read: {error}") from error
    if not value.strip():
        raise RunError(f"the file {path} is empty")
    return value
