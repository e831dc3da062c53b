#!/usr/bin/env python3
"""Locks a file, so that only one process at a time does the work that the file protects.

    lock.py FILE    locks FILE until standard input ends; prints "waiting" if another process holds the lock, then "locked"

The kernel releases the lock when the process that holds it ends, also after a crash. The tools call this program because
Node.js has no flock.
"""

from __future__ import annotations

import fcntl
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(file: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Holds an exclusive lock on a file, which it creates if necessary.

    on_wait: called once, before waiting, if another process holds the lock.
    Raises OSError if the file cannot be created.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> None:
    """Runs the command line."""
    # Ctrl-C also reaches the caller, which closes the standard input of this program when its work has stopped.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with locked(Path(arguments[0]), lambda: print("waiting", flush=True)):
        print("locked", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1:])
