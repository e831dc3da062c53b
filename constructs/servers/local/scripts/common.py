"""Helpers of containers.py: errors, output, files, locks and interruptions.

The scripts are copied into Terraform's output without the playbooks, so `cache_directory`, `cache_folder`, `private_folder` and
`locked` repeat functions of playbooks/controller.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Iterator

# Files in the stack's state folder. local-server.ts reads the same file.
_STATE_FILES = json.loads((Path(__file__).resolve().parent / "state-files.json").read_text(encoding="utf-8"))
KEY_FILE: str = _STATE_FILES["keyFile"]
KNOWN_HOSTS_DIRECTORY: str = _STATE_FILES["knownHostsDirectory"]
# The folder in the project with the state folders of all stacks.
PRIVATE_DIRECTORY = ".cdktf-monitoring"


class Failure(Exception):
    """An error that is shown without a stack trace. The message says what is wrong and how to fix it."""


class Interrupted(BaseException):
    """SIGINT or SIGTERM arrived. This is not an Exception, so that only cleanup code handles it."""


def log(text: str) -> None:
    """Prints a line to standard error."""
    print(text, file=sys.stderr, flush=True)


def raise_on_signals() -> None:
    """Turns SIGINT and SIGTERM into Interrupted."""

    def stop(number: int, _frame: object) -> None:
        # A second signal must not interrupt the cleanup after the first one.
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(signal.Signals(number).name)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)


def cache_directory() -> Path:
    """The absolute path of the cache folder, which may not exist yet."""
    own = os.environ.get("CDKTF_MONITORING_CACHE")
    if own:
        return Path(own).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser().absolute() / "cdktf-monitoring"


def cache_folder(name: str) -> Path:
    """Creates a folder in the cache. Raises a Failure if this user may not write to it."""
    folder = cache_directory() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        reason = None if os.access(folder, os.W_OK | os.X_OK) else "permission denied"
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
    if reason is not None:
        raise Failure(
            f"cannot write to the cache folder {folder} ({reason}): set CDKTF_MONITORING_CACHE to a folder that you may write to"
        )
    return folder


def private_folder(state: Path) -> None:
    """Creates the stack's private folder. Git ignores it, because it contains private keys."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    ignore = state.parent / ".gitignore"
    if state.parent.name == PRIVATE_DIRECTORY and not ignore.exists():
        ignore.write_text("*\n")


@contextlib.contextmanager
def locked(path: Path, waiting: str) -> Iterator[None]:
    """Holds an exclusive lock on a file. The kernel releases it at the latest when the process ends.

    waiting: printed once if another process holds the lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log(waiting)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_atomically(path: Path, text: str) -> None:
    """Writes a file in one step: a reader sees the old content or the new content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(path)


def seconds_since(start: float) -> str:
    """The time since `start` (of time.monotonic), for output."""
    return f"{time.monotonic() - start:.1f} s"
