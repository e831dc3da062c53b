#!/usr/bin/env python3
"""Measures a deployed stack from its servers and from this machine. Changes nothing.

    verify.py < PLAN > ANSWERS

The command `verify` writes the plan and evaluates the answers. MONITORING_INVENTORY and MONITORING_STATE contain the inventory
and the stack's private folder, as for run.py. Unlike run.py, this program takes no lock and leaves no file, so that it can run at
any time.

    PLAN     {"servers": {SERVER: {"connections": CONNECTIONS, "datagrams": DATAGRAMS, "checks": {KIND: [URL, ARGUMENT …]}}},
              "controller": {SOURCE: {"from": ADDRESS or null, "connections": CONNECTIONS, "datagrams": DATAGRAMS}}}
             CONNECTIONS are [[ADDRESS, PORT] …], DATAGRAMS are [[SERVER, ADDRESS, PORT] …], all optional
    ANSWERS  {"servers": {SERVER: {"lines": [KEY=VALUE …]} or {"unreachable": REASON} or {"failed": REASON}},
              "controller": {SOURCE: [RESULT …]},
              "datagrams": {SERVER or SOURCE: [RESULT or null …]}}
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

sys.dont_write_bytecode = True  # Synthesis hashes and copies this folder.

import run
from controller import ansible, environment, files, firewall, inventory, results, ssh, templates, unreachable
from controller.contract import FIREWALL, KNOWN_HOSTS
from controller.errors import RunError
from controller.probe import Probe
from verification import probe
from verification.exchange import exchange

HERE = Path(__file__).resolve().parent
NAME = "verify"


def connect_from_here(plan: dict[str, Any]) -> dict[str, list[str]]:
    """The results of connections from this machine, for each source."""

    async def connect_all() -> list[list[str]]:
        probes = ({"from": each["from"], "to": each.get("connections") or []} for each in plan.values())
        return list(await asyncio.gather(*map(probe.probe_all, probes)))

    return dict(zip(plan, asyncio.run(connect_all())))


class Servers:
    """Runs scripts in `verification/` on the servers of the inventory."""

    def __init__(self, scratch: Path, lifeline: ansible.Lifeline) -> None:
        everything, state = inventory.decode(os.environ.get("MONITORING_INVENTORY", "")), run.state_directory()
        self._scratch, self._lifeline = scratch, lifeline
        self._rules = inventory.Run.of(everything, FIREWALL)
        firewall.add(self._rules, everything)
        self._program = ansible.find(state)
        self._paths = ssh.Paths(state.parent.parent, state / KNOWN_HOSTS, scratch / "known_hosts", scratch / "jump-hosts")
        self._paths.jump_logs.mkdir()
        files.write_private(self._paths.known_hosts, inventory.known_hosts(self._rules.hosts))
        # Its outcomes are not those of a deploy, which therefore never waits for this program. It accepts no unknown key.
        probe = Probe(NAME, self._paths, scratch / "connections", patient=False)
        probe.outcomes.mkdir()
        self._unreachable = probe.connect_all(self._rules.hosts)

    def observe(self, plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The state of each server, the results of its connections, and the results of the checks of its components."""
        variables = {}
        for host in self._rules.hosts:
            wanted = plan.get(host) or {}
            connections = wanted.get("connections")
            probes = probe.encode({"from": None, "to": connections}) if connections else ""
            variables[host] = {"verify_probes": probes, "verify_checks": wanted.get("checks") or {}}
        return self._play("observe", variables)

    def datagrams(self, arguments: Mapping[str, list[str]]) -> dict[str, dict[str, Any]]:
        """The output of datagrams.py on servers, each with its own arguments."""
        return self._play("datagrams", {host: {"verify_arguments": each} for host, each in arguments.items()})

    def _play(self, script: str, host_variables: Mapping[str, inventory.Variables]) -> dict[str, dict[str, Any]]:
        """The output of a script on servers, each with its own variables."""
        answers = {host: {"unreachable": self._unreachable[host]} for host in host_variables.keys() & self._unreachable}
        hosts = {
            host: {**self._rules.hosts[host], **variables} for host, variables in host_variables.items() if host not in answers
        }
        if not hosts:
            return answers
        rules = replace(self._rules, hosts=hosts)
        variables = {"monitoring_run_name": NAME, "monitoring_force": False, "verify_script": script}
        inventory_file, variables_file = self._scratch / "inventory.json", self._scratch / "variables.json"
        files.write_private(inventory_file, json.dumps(rules.ansible_inventory(dict.fromkeys(hosts, ""), self._paths)))
        files.write_private(variables_file, json.dumps(templates.literal(variables)))
        options = ["--inventory", str(inventory_file), "--extra-vars", f"@{variables_file}"]
        events = self._scratch / "events.jsonl"
        events.unlink(missing_ok=True)
        env = environment.of_ansible(HERE / "ansible.cfg", NAME, events, self._scratch / "ansible") | {"PYTHONDONTWRITEBYTECODE": "1"}
        code = self._lifeline.run([str(self._program), *options, "verify.yml"], env, HERE)
        last = {event["host"]: event for event in results.read_events(events)}
        if not last:
            raise RunError(f"Ansible exited with {code} before it reached any server")
        return answers | {host: _answer(last.get(host), host, hosts[host], self._paths) for host in hosts}


def _answer(event: results.Event | None, host: str, variables: dict[str, Any], paths: ssh.Paths) -> dict[str, Any]:
    if event is None:
        return {"failed": "Ansible did not reach this server"}
    if event["status"] == "unreachable":
        return {"unreachable": unreachable.explain(event.get("message", ""), variables, paths.jump_logs / host).reason}
    if event["status"] == "failed":
        return {"failed": event.get("message", "")}
    return {"lines": event["answer"]}


def measure(plan: dict[str, Any], lifeline: ansible.Lifeline) -> dict[str, Any]:
    """Measures connections from the servers and from this machine at the same time, then datagrams."""
    own: dict[str, list[str]] = {}
    thread = threading.Thread(target=lambda: own.update(connect_from_here(plan["controller"])), daemon=True)
    thread.start()
    with tempfile.TemporaryDirectory(prefix="cdktf-monitoring-verify-") as scratch:
        servers = Servers(Path(scratch), lifeline)
        answers = servers.observe(plan["servers"])
        thread.join()
        # Skips servers that did not answer, because Ansible would wait for them again.
        answered = {host for host, answer in answers.items() if "lines" in answer}
        wanted = {source: each.get("datagrams") or [] for source, each in {**plan["servers"], **plan["controller"]}.items()}
        addresses = {source: each["from"] for source, each in plan["controller"].items()}
        received = exchange(
            wanted, addresses, lambda arguments: servers.datagrams({host: arguments[host] for host in arguments.keys() & answered})
        )
    return {"servers": answers, "controller": own, "datagrams": received}


def main() -> int:
    """Writes only the answers to standard output. The output of Ansible and errors go to standard error."""
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
