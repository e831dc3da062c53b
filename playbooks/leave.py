#!/usr/bin/env python3
"""Removes what was installed on one server that leaves its monitoring. Terraform calls it when the server's entry ends.

MONITORING_STATE and MONITORING_INVENTORY are as for run.py. MONITORING_MEMBERS tells which machines belong to which
monitoring now (JSON), for one that only was renamed must not lose anything.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # the folder is hashed and copied by others

import run
from controller import ansible, inventory
from controller.errors import RunError

LEAVE = "leave"
STILL_THERE = """What was installed on it is still there. Once it answers, the same command again removes it.
To let it go as it is: declare it with onLeave: OnLeave.NOTHING, deploy (which may fail on it), and repeat this."""


def leave(state: Path, lifeline: ansible.Lifeline) -> int:
    """Answers the exit status."""
    everything = inventory.decode(os.environ.get("MONITORING_INVENTORY", ""))
    departing = inventory.Run.of(everything, LEAVE)
    [server] = everything["all"]["hosts"]
    if not departing.hosts:
        run.say(f"{LEAVE}  {server}: left as it is, by its onLeave")
        return 0
    members = json.loads(os.environ.get("MONITORING_MEMBERS") or "{}")
    present = members.get(departing.variables["monitoring_machine"])
    if present and present != departing.variables["monitoring_membership"]:
        run.say(f"{LEAVE}  {server}: left as it is, for the same machine is in {present} now")
        return 0
    # Several servers may leave at once: each has a folder of its own, which no run can be called like.
    name = f"{LEAVE}-{server}"
    options = run.Options(run=LEAVE, playbook=None, files=None, inventory=None, force=False, check=False, limit=None)
    try:
        code = run.Runner(options, state, lifeline, name)()
    except RunError as error:
        run.say(f"{LEAVE}  {server}: {error}")
        code = 1
    if code == 0:
        shutil.rmtree(state / "runs" / name)
    else:
        run.say(f"{LEAVE}  {server}: {STILL_THERE}")
    return code


def main() -> int:
    """Without a command line: all it needs is in the environment."""
    try:
        return leave(run.state_directory(), ansible.Lifeline())
    except RunError as error:
        print(f"{LEAVE}  error: {error}", file=sys.stderr, flush=True)
        return 1
    except ansible.Stopped as stopped:
        print(f"{LEAVE}  stopped by {stopped} before any server was touched", file=sys.stderr, flush=True)
        return run.INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
