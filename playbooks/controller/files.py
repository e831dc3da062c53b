"""Files on the controller: paths from the user, private files of a run, and generated files for the roles."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from .contract import PRIVATE_DIRECTORY
from .errors import RunError


def on_controller(path: str, project: Path) -> Path:
    """Resolves a path from the user: `~` is the home folder, a relative path starts in the project's folder."""
    return project / Path(path).expanduser()


def private_folder(state: Path) -> None:
    """Creates the stack's private folder. Git ignores it, because it contains private keys."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    ignore = state.parent / ".gitignore"
    if state.parent.name == PRIVATE_DIRECTORY and not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")


def write_private(path: Path, content: str) -> None:
    """Writes a file that only its owner can read, even while it is being written."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(content)


def write_atomically(path: Path, content: str) -> None:
    """Writes a file in one step: a reader sees the old content or the new content."""
    partial = path.with_suffix(".part")
    partial.write_text(content, encoding="utf-8")
    partial.replace(path)


def copy_folder(source: Path, target: Path) -> None:
    """Replaces `target` with a copy of `source`, without files that Python, git or Ansible generate."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".git", ".ansible"))


def take_generated(expected: str, source: Path, target: Path) -> None:
    """Copies the files that were generated for one host.

    expected: the hash of these files in the inventory.
    Raises RunError if the folder is missing or contains other files.
    """
    found = generated_hash(source)
    if found != expected:
        raise RunError(
            f"the generated files in {source} {'are missing' if found is None else 'changed after the plan'}: "
            "synthesize and deploy again"
        )
    shutil.copytree(source, target)


def generated_hash(folder: Path) -> str | None:
    """SHA-256 over the paths and bytes of a folder's files; None if the folder does not exist.

    `filesHash` in lib/generated-file.ts computes the same value from the files' content.
    """
    if not folder.is_dir():
        return None
    digest = hashlib.sha256()
    for path in sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()):
        content = (folder / path).read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
