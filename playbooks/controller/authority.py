"""Reads the private certificate authority of a monitoring, in memory, from the server that keeps it."""

from __future__ import annotations

import fcntl
import subprocess
from pathlib import Path

from .certificates import Pair
from .contract import AUTHORITY, DATA_DIRECTORY
from .errors import RunError
from .mover import Members
from .probe import Probe
from .ssh import RootShell

FOLDER = f"{DATA_DIRECTORY}/{AUTHORITY}"
SECONDS = 30
END_OF_KEY = "-----END PRIVATE KEY-----\n"


def read(host: str, members: Members, lock: Path) -> Pair:
    """Reads the key and the certificate. Raises RunError if the server does not answer or has no authority.

    host: the server. members: the SSH access of each member. lock: a file that all processes of the run share. Without it, they
    would open more sessions at the same time than a server accepts in one connection.
    """
    if host not in members.access:
        raise RunError(f"the certificate authority is on {host}, which is no member of this monitoring")
    probe, access = Probe.read(members.probe), members.access[host]
    if reason := probe.connect(host, access):
        raise RunError(f"the certificate authority on {host} cannot be reached, so no certificate can be issued: {reason}")
    with lock.open("a", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        try:
            words = ("-c", f"cat {FOLDER}/key.pem {FOLDER}/certificate.pem")
            result = RootShell.of(host, access, probe.paths).run(*words, seconds=SECONDS)
        except subprocess.TimeoutExpired:
            raise RunError(f"the certificate authority on {host} does not answer within {SECONDS} seconds") from None
    key, end, certificate = result.stdout.partition(END_OF_KEY)
    if result.returncode != 0 or not end:
        # The output may contain the key.
        problem = result.stderr.strip().replace("\n", " ") or "its key is malformed"
        raise RunError(f"{host} has no certificate authority ({problem}): deploy again, or run npx cdktf-monitoring play certificate_authority --force")
    return Pair(key + end, certificate)
