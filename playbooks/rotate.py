#!/usr/bin/env python3
"""Prints in which phase the replacement of a certificate authority is, or begins the next phase. The command `rotate` calls it.

    rotate.py [--advance PHASE] > STATE

MONITORING_INVENTORY and MONITORING_STATE contain the inventory and the stack's private folder, as for run.py. Like verify.py, this
program takes no lock and leaves no file on this machine. controller/authority.sh describes the phases.

    PHASE  the phase that is complete on all servers; if the authority is in another one, nothing changes
    STATE  {"server": SERVER, "phase": PHASE, "until": DATE}
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True  # Synthesis hashes and copies this folder.

import run
from controller import authority, files, inventory, ssh
from controller.certificates import end_of, new_authority
from controller.contract import AUTHORITY, KNOWN_HOSTS
from controller.errors import RunError
from controller.probe import Probe

NAME = "rotate"


def rotate(advance: int | None, everything: inventory.Variables, state: Path, scratch: Path) -> dict[str, object]:
    """The state of the authority, after it has begun the next phase. scratch: an empty folder."""
    keeper = inventory.Run.of(everything, AUTHORITY)
    ((host, access),) = keeper.hosts.items()
    paths = ssh.Paths(state.parent.parent, state / KNOWN_HOSTS, scratch / "known_hosts", scratch / "jump-hosts")
    paths.jump_logs.mkdir()
    files.write_private(paths.known_hosts, inventory.known_hosts(keeper.hosts))
    # As in verify.py: the outcome is not that of a deploy, and no unknown host key is accepted.
    probe = Probe(NAME, paths, scratch / "connections", patient=False)
    probe.outcomes.mkdir()
    if reason := probe.connect(host, access):
        raise RunError(f"the certificate authority on {host} cannot be reached: {reason}")
    shell = ssh.RootShell.of(host, access, paths)
    if advance is None:
        found = authority.show(host, shell)
    else:
        successor = new_authority(str(keeper.common.get("monitoring_name", ""))) if advance == 0 else None
        found = authority.advance(host, shell, advance, successor)
    return {"server": host, "phase": found.phase, "until": end_of(found.certificate).strftime("%Y-%m-%d")}


def main(arguments: list[str]) -> int:
    """Writes the state to standard output."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--advance", type=int, choices=range(4), metavar="PHASE")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="cdktf-monitoring-rotate-") as scratch:
        try:
            everything = inventory.decode(os.environ.get("MONITORING_INVENTORY", ""))
            json.dump(rotate(options.advance, everything, run.state_directory(), Path(scratch)), sys.stdout)
        except RunError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
