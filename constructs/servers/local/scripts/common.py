"""What the parts of containers.py share: words for people, files, locks, interruptions."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import time
from pathlib import Path
from typing import Iterator


class Failure(Exception):
    """What went wrong and how to mend it: shown to a person, without a stack trace."""


class Interrupted(BaseException):
    """SIGINT or SIGTERM came. Not an Exception, so that nothing but clean-ups sees it on its way out."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def raise_on_signals() -> None:
    def stop(number: int, _frame: object) -> None:
        # A second signal must not cut off the clean-up after the first.
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(signal.Signals(number).name)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)


def cache_directory() -> Path:
    own = os.environ.get("CDKTF_MONITORING_CACHE")
    if own:
        return Path(own).absolute()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base).absolute() if base else Path.home() / ".cache") / "cdktf-monitoring"


@contextlib.contextmanager
def locked(path: Path, waiting: str) -> Iterator[None]:
    """Holds a lock that ends with this process; says `waiting` once where another holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(waiting)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_atomically(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(path)


def seconds_since(start: float) -> str:
    return f"{time.monotonic() - start:.1f} s"
