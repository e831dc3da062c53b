#!/usr/bin/env python3
"""Uninstalls the components from one server that leaves its Monitoring. Terraform calls it when it destroys the server's entry.

MONITORING_STATE and MONITORING_INVENTORY are the same as for run.py. MONITORING_MEMBERS is a JSON object of the current members
(machine: Monitoring and server), because a server that was only renamed keeps its components.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # this folder is hashed and copied

import run
from controller import ansible, inventory
from controller.contract import LEAVE, RUNS
from controller.errors import RunError

STILL_INSTALLED = """the components are still installed. When the server is reachable, repeat the command to uninstall them.
To keep them, declare the server again with onLeave: OnLeave.NOTHING, deploy (this may fail on the server), and repeat the command."""


def leave(state: Path, lifeline: ansible.Lifeline) -> int:
    """Uninstalls the components and returns the exit status. Raises RunError and ansible.Stopped."""
    everything = inventory.decode(os.environ.get("MONITORING_INVENTORY", ""))
    leaving = inventory.Run.of(everything, LEAVE)
    [server] = everything["all"]["hosts"]
    if not leaving.hosts:
        run.log(f"{LEAVE}  {server}  skipped: its onLeave is OnLeave.NOTHING")
        return 0
    members = json.loads(os.environ.get("MONITORING_MEMBERS") or "{}")
    member = members.get(leaving.variables["monitoring_machine"])
    if member and member != leaving.variables["monitoring_membership"]:
        run.log(f"{LEAVE}  {server}  skipped: the same machine is now {member}")
        return 0
    # Several servers may leave at once, so each one has its own folder. No run can have this name.
    name = f"{LEAVE}-{server}"
    options = run.Options(run=LEAVE, playbook=None, files=None, inventory=None, force=False, check=False, limit=None)
    try:
        code = run.Runner(options, state, lifeline, name).run()
    except RunError as error:
        run.log(f"{LEAVE}  {server}  error: {error}")
        code = 1
    if code == 0:
        shutil.rmtree(state / RUNS / name)
        for line in exposed(server, leaving.variables):
            run.log(f"{LEAVE}  {server}  {line}")
    else:
        run.log(f"{LEAVE}  {server}  {STILL_INSTALLED}")
    return code


def exposed(server: str, variables: inventory.Variables) -> list[str]:
    """A line for each port that stays open, but that the removed firewall does not protect any more."""
    lines = []
    for port in variables.get("monitoring_exposed_ports") or []:
        number = port["port"] if port["protocol"] == "tcp" else f"{port['port']}/{port['protocol']}"
        lines.append(f"port {number} ({port['name']}) of {server} is no longer protected by this firewall")
    if variables.get("monitoring_strict"):
        lines.append(f"all other ports of {server}, which FirewallMode.STRICT blocked, are open now")
    return lines


def main() -> int:
    """Reads everything from the environment, and returns the exit status."""
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
