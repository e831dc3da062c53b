"""Where files are that the user named."""

from __future__ import annotations

from pathlib import Path


def on_controller(path: str, project: Path) -> Path:
    """A file on this machine: `~` is the home folder, and what is relative counts from the project."""
    return project / Path(path).expanduser()
