#!/usr/bin/env python3
"""Locks a file, so that only one process at a time does the work that the file protects.

    lock.py [--shared] [--immediate] FILE

Locks FILE until standard input ends. Prints "waiting" if another process holds the lock, then "locked". With --shared, other
processes can hold a shared lock at the same time. With --immediate, prints "busy" and ends instead of waiting.

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


class Busy(Exception):
    """Another process holds the lock, and the caller does not wait for it."""


@contextmanager
def locked(file: Path, on_wait: Callable[[], None], shared: bool = False) -> Iterator[None]:
    """Holds an exclusive or a shared lock on a file, which it creates if necessary.

    on_wait: called once, before waiting, if another process holds the lock.
    Raises OSError if the file cannot be created.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    with file.open("a") as stream:
        try:
            fcntl.flock(stream, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(stream, kind)
        yield


def main(arguments: list[str]) -> None:
    """Runs the command line."""
    *options, file = arguments

    def on_wait() -> None:
        if "--immediate" in options:
            raise Busy
        print("waiting", flush=True)

    # Ctrl-C also reaches the caller, which closes the standard input of this program when its work has stopped.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with locked(Path(file), on_wait, "--shared" in options):
            print("locked", flush=True)
            sys.stdin.read()
    except Busy:
        print("busy", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
