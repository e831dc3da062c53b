"""Reads secrets on the controller. Their values never leave this process, except to the roles that need them."""

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
    """Makes the paths of secrets absolute. In the inventory they are relative to the user's project."""
    return [
        {**reference, "file": str(on_controller(reference["file"], project))} if reference.get("file") else reference
        for reference in references
    ]


def keys(references: list[dict[str, Any]], monitoring: str) -> dict[str, bytes]:
    """A key for each secret. It changes with the secret's value, and guessing the value from it is slow.

    Raises RunError with all secrets that are missing or malformed, without their values.
    """
    values: dict[str, str] = {}
    problems: list[str] = []
    for reference in references:
        name = reference["name"]
        try:
            values[name] = _checked(reference, read(reference))
        except RunError as error:
            problems.append(f'  secret "{name}": {error}')
    if problems:
        raise RunError("secrets are missing or malformed on this machine. Nothing was started:\n" + "\n".join(problems))
    return {
        name: hashlib.pbkdf2_hmac("sha256", value.encode(), f"{monitoring}/{name}".encode(), ITERATIONS)
        for name, value in values.items()
    }


def _checked(reference: dict[str, Any], value: str) -> str:
    # A service would fail only when it uses the URL, and Alertmanager would read braces as a template.
    if reference.get("url") and not re.fullmatch(r"https?://[A-Za-z0-9\[][^\s{}]*", value.strip()):
        raise RunError(f"{source(reference)} does not contain a URL: use a URL such as https://example.com/path")
    return value


def password(reference: dict[str, Any]) -> str:
    """The password for sudo. Raises RunError if it is missing, or has several lines, of which sudo would read only the first."""
    value = read(reference).strip()
    if len(value.splitlines()) > 1:
        raise RunError(f"{source(reference)} has several lines: a password for sudo has one line")
    return value


def source(reference: dict[str, Any]) -> str:
    """Where the controller finds a secret, in words."""
    return f"environment variable {reference['environment']}" if reference.get("environment") else f"file {reference.get('file')}"


def read(reference: dict[str, Any]) -> str:
    """The value of a secret. Raises RunError if it is missing or empty."""
    if variable := reference.get("environment"):
        value = os.environ.get(variable, "")
        if not value.strip():
            raise RunError(f"environment variable {variable} is not set: export it and deploy again")
        return value
    path = Path(reference.get("file") or "")
    try:
        value = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"cannot read file {path}: {error}") from error
    if not value.strip():
        raise RunError(f"file {path} is empty: write the secret to it and deploy again")
    return value
