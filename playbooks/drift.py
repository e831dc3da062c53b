#!/usr/bin/env python3
"""Finds what changed on the servers of a stack since the last deploy. Changes nothing, and takes no lock.

    drift.py > CHANGES

MONITORING_INVENTORY and MONITORING_STATE contain the inventory and the stack's private folder, as for run.py. The program drift.py
of role base compares each server.

    CHANGES  {SERVER: [LINE …]}, with the lines of that program; without servers that do not answer
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

sys.dont_write_bytecode = True  # Synthesis hashes and copies this folder.

import run
from controller import files, inventory
from controller.contract import KNOWN_HOSTS
from controller.errors import RunError
from controller.mover import CONCURRENT
from controller.ssh import Paths, RootShell

PROGRAM = (Path(__file__).resolve().parent / "roles" / "base" / "files" / "drift.py").read_text(encoding="utf-8")
COMMAND = '/usr/bin/python3 -I -S -c "$1" changes'
# A deploy waits for the answers, and reports servers that do not answer by itself.
CONNECT_SECONDS = 3
SECONDS = 30


def compare(paths: Paths, name: str, host: inventory.Variables) -> list[str] | None:
    """The changes on a server; None if it cannot be compared."""
    try:
        words = ("-c", COMMAND, "drift.py", PROGRAM)
        done = RootShell.of(name, host, paths).run(*words, seconds=SECONDS, connect_seconds=CONNECT_SECONDS)
    except (subprocess.TimeoutExpired, RunError):
        return None
    return done.stdout.splitlines() if done.returncode == 0 else None


def compare_all(state: Path, hosts: dict[str, inventory.Variables]) -> dict[str, list[str]]:
    """The changes on each server that can be compared. state: the stack's private folder."""
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(CONCURRENT) as pool:
        folder = Path(name)
        paths = Paths(state.parent.parent, state / KNOWN_HOSTS, folder / KNOWN_HOSTS, folder)
        files.write_private(paths.known_hosts, inventory.known_hosts(hosts))
        found = list(pool.map(partial(compare, paths), hosts, hosts.values()))
    return {server: lines for server, lines in zip(hosts, found) if lines is not None}


def main() -> int:
    """Writes the changes to standard output."""
    try:
        everything = inventory.decode(os.environ.get("MONITORING_INVENTORY", ""))
        json.dump(compare_all(run.state_directory(), everything["all"]["hosts"]), sys.stdout)
    except RunError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
