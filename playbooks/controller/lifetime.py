"""Ends a process when its parent ends."""

from __future__ import annotations

import ctypes
import signal
import sys
from functools import partial

PR_SET_PDEATHSIG = 1


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """Makes Linux send a signal to this process when its parent ends, for whatever reason. Does nothing on other systems."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number)


# For a program that works on a server, which must not outlive its run.
END_WITH_PARENT = partial(die_with_parent, signal.SIGKILL)
