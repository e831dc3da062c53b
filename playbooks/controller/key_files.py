"""Inspects private keys of SSH on the controller."""

from __future__ import annotations

import subprocess

from . import environment


def is_locked(file: str) -> bool:
    """Whether a private key has a passphrase, and the SSH agent does not have the key."""
    if "incorrect passphrase" not in _output("ssh-keygen", "-y", "-P", "", "-f", file):
        return False
    # The line is: bits, fingerprint, comment, type.
    fingerprint = [*_output("ssh-keygen", "-l", "-f", file).split(), "", ""][1]
    return not fingerprint or fingerprint not in _output("ssh-add", "-l").split()


def _output(*command: str) -> str:
    """The output of a program; empty if it is missing."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, env=environment.clean())
    except OSError:
        return ""
    return result.stdout + result.stderr
