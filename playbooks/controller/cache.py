"""The controller's cache folder, shared by all stacks of the user."""

from __future__ import annotations

import os
from pathlib import Path

from .contract import CACHE_DIRECTORY, CACHE_VARIABLE
from .errors import RunError


def cache_directory() -> Path:
    """The absolute path of the cache folder, which may not exist yet.

    `$CDKTF_MONITORING_CACHE`, otherwise `cdktf-monitoring` in `$XDG_CACHE_HOME`, otherwise in `~/.cache`. An empty
    variable counts as unset, a leading `~` is the home folder, and a relative path starts in the current folder.
    """
    if own := os.environ.get(CACHE_VARIABLE):
        return Path(own).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser().absolute() / CACHE_DIRECTORY


def cache_folder(name: str) -> Path:
    """Creates a folder in the cache. Raises RunError if this user may not write to it."""
    folder = cache_directory() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        reason = None if os.access(folder, os.W_OK | os.X_OK) else "permission denied"
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
    if reason is not None:
        raise RunError(f"cannot write to the cache folder {folder} ({reason}): set {CACHE_VARIABLE} to a folder that you may write to")
    return folder
