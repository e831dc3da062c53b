"""Files on this machine: those that the user named, and those that a synthesis made for the roles."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from .errors import RunError


def on_controller(path: str, project: Path) -> Path:
    """A file on this machine: `~` is the home folder, and what is relative counts from the project."""
    return project / Path(path).expanduser()


def take_generated(wanted: str, source: Path, target: Path) -> None:
    """A private copy of what a synthesis made for one host.

    wanted: the hash that the inventory has of it. Raises RunError when the folder holds something else.
    """
    found = generated_hash(source)
    if found != wanted:
        raise RunError(
            f"{source} is not what was planned ({'it is missing' if found is None else 'it was changed since'}): "
            "synthesize and deploy again"
        )
    shutil.copytree(source, target)


def generated_hash(folder: Path) -> str | None:
    """SHA-256 over the paths and bytes of a folder's files, as lib/generated-file.ts reckons it."""
    if not folder.is_dir():
        return None
    digest = hashlib.sha256()
    for path in sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()):
        content = (folder / path).read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
