#!/usr/bin/env python3
"""Measures what can be reached: from the servers of an inventory, and from this machine; changes nothing anywhere.

    verify.py < PLAN > ANSWERS

Whoever plans, and judges, is another program. The inventory is in MONITORING_INVENTORY and the stack's private state in
MONITORING_STATE, as for run.py; unlike that it takes no lock and leaves nothing behind, for it may be called at any time.

    PLAN     {"servers": {NAME: {"to": [[ADDRESS, PORT] …], "questions": {KIND: URL}}},
              "controller": {NAME: {"from": ADDRESS or null, "to": [[ADDRESS, PORT] …]}}}
    ANSWERS  {"servers": {NAME: {"lines": [KEY=VALUE …]} or {"unreachable": WHY} or {"failed": WHY}},
              "controller": {NAME: [FOUND …]}}
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True  # the folder is hashed and copied by others

import run
from controller import ansible, firewall, inventory, results, ssh, unreachable
from controller.errors import RunError
from verification import probe

HERE = Path(__file__).resolve().parent
NAME = "verify"


def from_here(plan: dict[str, Any]) -> dict[str, list[str]]:
    """What came of this machine's own tries."""

    async def every() -> list[list[str]]:
        return list(await asyncio.gather(*(probe.probe_all(probes) for probes in plan.values())))

    return dict(zip(plan, asyncio.run(every())))


def servers(plan: dict[str, Any], scratch: Path, lifeline: ansible.Lifeline) -> dict[str, dict[str, Any]]:
    """What each server says."""
    everything, state = inventory.decode(os.environ.get("MONITORING_INVENTORY", "")), run.state_directory()
    rules = inventory.Run.of(everything, firewall.NAME)
    firewall.add(rules, everything)
    for host, variables in rules.hosts.items():
        asked = plan.get(host) or {}
        variables["verify_probes"] = probe.encode({"from": None, "to": asked["to"]}) if asked.get("to") else ""
        variables["verify_questions"] = asked.get("questions") or {}
    program = ansible.find(state)
    places = ssh.Places(state.parent.parent, state / "known_hosts", scratch / "known_hosts", scratch / "jump-hosts")
    places.jump_logs.mkdir()
    run.private(places.known_hosts, "".join(line + "\n" for line in inventory.known_hosts_lines(rules)))
    run.private(scratch / "inventory.json", json.dumps(rules.ansible_inventory(dict.fromkeys(rules.hosts, ""), places)))
    run.private(scratch / "variables.json", json.dumps({"monitoring_run_name": NAME, "monitoring_force": False}))
    command = [str(program), "--inventory", str(scratch / "inventory.json"), "--extra-vars", f"@{scratch / 'variables.json'}"]
    events = scratch / "events.jsonl"
    environment = ansible.environment(HERE / "ansible.cfg", NAME, events) | {"PYTHONDONTWRITEBYTECODE": "1"}
    code = lifeline.run([*command, "verify.yml"], environment, HERE)
    told = {event["host"]: event for event in results.read_events(events)}
    if rules.hosts and not told:
        raise RunError(f"Ansible ended with {code} before it came to any server")
    return {host: _answer(told.get(host), host, rules.hosts[host], places) for host in rules.hosts}


def _answer(event: results.Event | None, host: str, variables: dict[str, Any], places: ssh.Places) -> dict[str, Any]:
    if event is None:
        return {"failed": "Ansible did not come to it"}
    if event["status"] == "unreachable":
        return {"unreachable": unreachable.explain(event.get("message", ""), variables, places.jump_logs / host)}
    if event["status"] == "failed":
        return {"failed": event.get("message", "")}
    return {"lines": event["answer"]}


def measure(plan: dict[str, Any], lifeline: ansible.Lifeline) -> dict[str, Any]:
    """Both at the same time."""
    own: dict[str, list[str]] = {}
    here = threading.Thread(target=lambda: own.update(from_here(plan["controller"])), daemon=True)
    here.start()
    with tempfile.TemporaryDirectory(prefix="cdktf-monitoring-verify-") as scratch:
        answers = servers(plan["servers"], Path(scratch), lifeline)
    here.join()
    return {"servers": answers, "controller": own}


def main() -> int:
    """Standard output is for the answers: what Ansible and we have to say goes to standard error."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as stream:
        os.dup2(2, 1)
        try:
            answers = measure(json.load(sys.stdin), ansible.Lifeline())
        except RunError as error:
            print(error, file=sys.stderr, flush=True)
            return 1
        except ansible.Stopped as stopped:
            print(f"stopped by {stopped}", file=sys.stderr, flush=True)
            return run.INTERRUPTED
        json.dump(answers, stream)
    return 0


if __name__ == "__main__":
    sys.exit(main())
