#!/usr/bin/env python3
"""Measures what can be reached: from the servers of an inventory, and from this machine; changes nothing anywhere.

    verify.py < PLAN > ANSWERS

Whoever plans, and judges, is another program. The inventory is in MONITORING_INVENTORY and the stack's private state in
MONITORING_STATE, as for run.py; unlike that it takes no lock and leaves nothing behind, for it may be called at any time.

    PLAN     {"servers": {NAME: {"to": [[ADDRESS, PORT] …], "datagrams": DATAGRAMS, "questions": {KIND: URL}}},
              "controller": {NAME: {"from": ADDRESS or null, "to": [[ADDRESS, PORT] …], "datagrams": DATAGRAMS}}}
             where DATAGRAMS, which may be left out, are [[NAME of a server, ADDRESS, PORT] …]
    ANSWERS  {"servers": {NAME: {"lines": [KEY=VALUE …]} or {"unreachable": WHY} or {"failed": WHY}},
              "controller": {NAME: [FOUND …]},
              "datagrams": {NAME: [FOUND or null …]}}
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True  # the folder is hashed and copied by others

import run
from controller import ansible, files, firewall, inventory, results, ssh, unreachable
from controller.contract import FIREWALL
from controller.errors import RunError
from verification import probe
from verification.exchange import exchange

HERE = Path(__file__).resolve().parent
NAME = "verify"


def from_here(plan: dict[str, Any]) -> dict[str, list[str]]:
    """What came of this machine's own tries."""

    async def every() -> list[list[str]]:
        return list(await asyncio.gather(*(probe.probe_all(probes) for probes in plan.values())))

    return dict(zip(plan, asyncio.run(every())))


class Servers:
    """The servers of the inventory, on which scripts of `verification/` are run."""

    def __init__(self, scratch: Path, lifeline: ansible.Lifeline) -> None:
        everything, state = inventory.decode(os.environ.get("MONITORING_INVENTORY", "")), run.state_directory()
        self._scratch, self._lifeline = scratch, lifeline
        self._rules = inventory.Run.of(everything, FIREWALL)
        firewall.add(self._rules, everything)
        self._program = ansible.find(state)
        self._places = ssh.Paths(state.parent.parent, state / "known_hosts", scratch / "known_hosts", scratch / "jump-hosts")
        self._places.jump_logs.mkdir()
        files.write_private(self._places.known_hosts, inventory.known_hosts(self._rules.hosts))

    def look(self, plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """What each server says of itself, of what it tried and of what its components were asked."""
        variables = {}
        for host in self._rules.hosts:
            asked = plan.get(host) or {}
            probes = probe.encode({"from": None, "to": asked["to"]}) if asked.get("to") else ""
            variables[host] = {"verify_probes": probes, "verify_questions": asked.get("questions") or {}}
        return self._play("look", variables)

    def datagrams(self, arguments: Mapping[str, list[str]]) -> dict[str, dict[str, Any]]:
        """What the program of that name says on servers, by its arguments there."""
        return self._play("datagrams", {host: {"verify_arguments": each} for host, each in arguments.items()})

    def _play(self, script: str, own: Mapping[str, inventory.Variables]) -> dict[str, dict[str, Any]]:
        """What a script says on servers, each with variables of its own."""
        if not own:
            return {}
        rules = replace(self._rules, hosts={host: {**self._rules.hosts[host], **variables} for host, variables in own.items()})
        hosts = rules.ansible_inventory(dict.fromkeys(rules.hosts, ""), self._places)
        variables = {"monitoring_run_name": NAME, "monitoring_force": False, "verify_script": script}
        files.write_private(self._scratch / "inventory.json", json.dumps(hosts))
        files.write_private(self._scratch / "variables.json", json.dumps(variables))
        options = ["--inventory", str(self._scratch / "inventory.json"), "--extra-vars", f"@{self._scratch / 'variables.json'}"]
        events = self._scratch / "events.jsonl"
        events.unlink(missing_ok=True)
        environment = ansible.environment(HERE / "ansible.cfg", NAME, events) | {"PYTHONDONTWRITEBYTECODE": "1"}
        code = self._lifeline.run([str(self._program), *options, "verify.yml"], environment, HERE)
        told = {event["host"]: event for event in results.read_events(events)}
        if rules.hosts and not told:
            raise RunError(f"Ansible ended with {code} before it came to any server")
        return {host: _answer(told.get(host), host, rules.hosts[host], self._places) for host in rules.hosts}


def _answer(event: results.Event | None, host: str, variables: dict[str, Any], places: ssh.Paths) -> dict[str, Any]:
    if event is None:
        return {"failed": "Ansible did not come to it"}
    if event["status"] == "unreachable":
        return {"unreachable": unreachable.explain(event.get("message", ""), variables, places.jump_logs / host)}
    if event["status"] == "failed":
        return {"failed": event.get("message", "")}
    return {"lines": event["answer"]}


def measure(plan: dict[str, Any], lifeline: ansible.Lifeline) -> dict[str, Any]:
    """Connections are tried from the servers and from here at the same time, and then datagrams, where there are any."""
    own: dict[str, list[str]] = {}
    here = threading.Thread(target=lambda: own.update(from_here(plan["controller"])), daemon=True)
    here.start()
    with tempfile.TemporaryDirectory(prefix="cdktf-monitoring-verify-") as scratch:
        servers = Servers(Path(scratch), lifeline)
        answers = servers.look(plan["servers"])
        here.join()
        # Those that gave no answer would be waited for again.
        answered = {host for host, answer in answers.items() if "lines" in answer}
        wanted = {source: each.get("datagrams") or [] for source, each in {**plan["servers"], **plan["controller"]}.items()}
        addresses = {source: each["from"] for source, each in plan["controller"].items()}
        heard = exchange(
            wanted, addresses, lambda asked: servers.datagrams({host: asked[host] for host in asked.keys() & answered})
        )
    return {"servers": answers, "controller": own, "datagrams": heard}


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
