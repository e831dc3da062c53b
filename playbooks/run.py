#!/usr/bin/env python3
"""Runs one playbook of the monitoring on the servers that need it.

    run.py RUN [--playbook FILE] [--files FOLDER] [--inventory FILE] [--force] [--check] [--limit HOST]

Terraform calls it with the inventory in MONITORING_INVENTORY (base64 of gzip of JSON) and the path of the stack's private
state folder in MONITORING_STATE. The state folder then contains:

    runs/RUN/      the lock of the run, its copy of the playbooks, the inventory for Ansible, and result.json
    placements/    the servers of each component after its last successful run
    in-flight/RUN  exists during the run; if the run is killed, the file remains and the next plan repeats the run
    repeated/RUN   what in-flight/RUN contained when a deploy repeated the run, so that the plans after it find nothing to repeat
"""

from __future__ import annotations

import argparse
import json
import os
import secrets as randomness
import shutil
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True  # this folder is hashed and copied

import artifacts
from controller import ansible, authority, deploy, environment, files, firewall, inventory, mover, ownership, pki, placements, renewals, results, secrets, ssh, templates, unreachable
from controller.contract import ARTIFACTS_LOCK, BUILT_MODULES, CONNECTIONS, IN_FLIGHT, KNOWN_HOSTS, REPEATED, RESULT, RUNS
from controller.errors import RunError
from controller.lock import locked
from controller.probe import Probe

HERE = Path(__file__).resolve().parent
INTERRUPTED = 130  # exit status after a signal
# The parts of a task's event that result.json contains, for measurements.
TASK_KEYS = ("name", "role", "host", "started", "seconds", "status", "begin")

Archives = dict[str, dict[str, dict[str, dict[str, str]]]]
"""Release archives by name, version and architecture."""


@dataclass(frozen=True)
class Options:
    """The command line."""

    run: str
    playbook: Path | None
    files: Path | None
    inventory: Path | None
    force: bool
    check: bool
    limit: str | None


def parse(arguments: list[str]) -> Options:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("run", help="name of the run, such as prometheus")
    parser.add_argument("--playbook", type=Path, help="user-provided playbook; its whole folder is copied")
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="generated files for the roles, in a folder per host")
    parser.add_argument("--inventory", type=Path, help="JSON inventory to use instead of MONITORING_INVENTORY")
    parser.add_argument("--force", action="store_true", help="also run on hosts where nothing changed")
    parser.add_argument("--check", action="store_true", help="change nothing, only show what would change")
    parser.add_argument("--limit", metavar="HOST", help="run on this host only")
    return Options(**vars(parser.parse_args(arguments)))


def log(line: str) -> None:
    """Prints a line of output immediately."""
    print(line, flush=True)


def state_directory() -> Path:
    """The stack's private state folder. Raises RunError if MONITORING_STATE is not set."""
    state = os.environ.get("MONITORING_STATE")
    if not state:
        raise RunError("MONITORING_STATE is not set: start runs by a deploy or with the command play")
    return Path(state).absolute()


def read_inventory(options: Options) -> dict[str, Any]:
    """The inventory from the file or the environment. Raises RunError if it is missing or malformed."""
    if options.inventory is None:
        encoded = os.environ.get("MONITORING_INVENTORY")
        if not encoded:
            raise RunError("there is no inventory: set MONITORING_INVENTORY or --inventory")
        return inventory.decode(encoded)
    try:
        return inventory.parse(options.inventory.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{options.inventory} is not an inventory: {error}") from error


class Runner:
    """Executes one run, from its lock to its result."""

    def __init__(self, options: Options, state: Path, lifeline: ansible.Lifeline, name: str | None = None) -> None:
        """name: the name of the run's folder and in-flight file. Default: the run's own name."""
        self._options = options
        self._state = state
        self._project = state.parent.parent
        self._lifeline = lifeline
        self._folder = state / RUNS / (name or options.run)
        self._events = self._folder / "events.jsonl"
        self._jump_logs = self._folder / "jump-hosts"
        self._home = self._folder / "ansible"
        self._in_flight = state / IN_FLIGHT / (name or options.run)
        self._repeated = state / REPEATED / (name or options.run)
        self._probe: Probe | None = None

    def run(self) -> int:
        """Executes the run and returns its exit status. Raises RunError and ansible.Stopped."""
        files.private_folder(self._state)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(self._folder / "lock", lambda: self._log("waiting for another process that executes the same run")):
            self._in_flight.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            repeated = self._in_flight.exists()
            if repeated and deploy.started_by_terraform():
                self._repeated.parent.mkdir(exist_ok=True, mode=0o700)
                files.write_atomically(self._repeated, self._in_flight.read_text(encoding="utf-8"))
            self._in_flight.write_text(randomness.token_hex(16) + "\n")
            code = 1
            try:
                code = self._run()
                return code
            finally:
                if not self._stays_in_flight(code, repeated):
                    self._in_flight.unlink(missing_ok=True)

    def _stays_in_flight(self, code: int, repeated: bool) -> bool:
        """Whether the next plan must repeat this run.

        repeated: whether an earlier run was killed.
        """
        # Terraform may not have recorded the result.
        if self._lifeline.orphaned:
            return True
        # This run did not complete the work of the killed run.
        complete = code == 0 and not self._options.check and self._options.limit is None
        if repeated and not complete:
            return True
        # A forced manual run may have failed on hosts where nothing had changed. Terraform does not know of this failure.
        return code != 0 and self._options.force

    def _run(self) -> int:
        started, clock = datetime.now(timezone.utc), time.monotonic()
        everything = read_inventory(self._options)
        run = inventory.Run.of(everything, self._options.run)
        firewall.add(run, everything)
        ownership.add(run, everything)
        hosts = self._hosts(run)
        (self._folder / RESULT).unlink(missing_ok=True)
        self._events.unlink(missing_ok=True)
        code, complete = 0, True
        if hosts:
            command = self._prepare(run, everything["all"]["hosts"])
            try:
                code = self._play(run, command)
            except ansible.Stopped as stopped:
                code, complete = INTERRUPTED, False
                self._log(f"stopped by {stopped}")
        else:
            self._log("no servers")
        events = results.read_events(self._events)
        outcome = results.by_host(hosts, events, complete)
        for host, result in outcome.items():
            if result["state"] == "unreachable":
                result["message"] = self._explain(result["message"], host, run.hosts[host])
        for line in results.summary(run.name, outcome, self._options.check):
            log(line)
        content = {
            "run": run.name,
            "started": started.isoformat(timespec="milliseconds"),
            "seconds": round(time.monotonic() - clock, 2),
            "exit": code,
            "hosts": outcome,
            "tasks": [{key: event.get(key) for key in TASK_KEYS} for event in events],
        }
        files.write_atomically(self._folder / RESULT, json.dumps(content, indent=2) + "\n")
        self._events.unlink(missing_ok=True)
        if code == 0 and not self._options.check and self._options.limit is None:
            placements.record(self._state, run)
            renewals.record(self._state, self._folder, run)
        return code

    def _explain(self, message: str, host: str, access: inventory.Variables) -> str:
        """Why a server is unreachable. message: the output of Ansible, if the connection was lost after the probe."""
        reason = self._probe.reason(access) if self._probe else None
        return reason or unreachable.explain(message, access, self._jump_logs / host).reason

    def _hosts(self, run: inventory.Run) -> list[str]:
        """The hosts to run on."""
        limit = self._options.limit
        if limit is None:
            return sorted(run.hosts)
        if limit not in run.hosts:
            raise RunError(f'run {run.name} has no host "{limit}": its hosts are {", ".join(sorted(run.hosts)) or "none"}')
        return [limit]

    def _prepare(self, run: inventory.Run, members: dict[str, inventory.Variables]) -> list[str]:
        """Writes the files for Ansible, and returns the start of its command line.

        Everything that can fail on the controller fails here, before any server is touched.
        members: the SSH access of each member.
        """
        resolved = secrets.resolve(run.secrets, self._project)
        keys = secrets.keys(resolved, str(run.common.get("monitoring_name", "")))
        program = ansible.find(self._state)
        certificates = pki.digests(run, self._project, program, self._log)
        # Computed before the paths of secrets become absolute, so that all controllers compute the same fingerprints.
        fingerprints = {host: run.fingerprint(host, keys, certificates.get(host, "")) for host in run.hosts}
        run.variables["monitoring_secrets"] = resolved
        environment.report_ignored(self._state, deploy.identity(), self._log)
        # A killed Ansible leaves temporary files there.
        shutil.rmtree(self._home, ignore_errors=True)
        archives = self._fetch_archives(run)
        files.copy_folder(HERE, self._folder / "playbooks")
        if self._options.playbook:
            files.copy_folder(self._options.playbook.resolve().parent, self._folder / "own")
        self._take_generated_files(run)
        self._write_inventory(run, members, fingerprints)
        variables = {
            "monitoring_run_name": run.name,
            "monitoring_members_file": str(self._folder / "members.json"),
            "monitoring_probe": self._probe.content if self._probe else {},
            "monitoring_force": self._options.force,
            **ownership.variables(self._state, run.common),
            "monitoring_artifact_files": archives,
        }
        files.write_private(self._folder / "variables.json", json.dumps(templates.literal(variables)))
        command = [str(program), "--inventory", str(self._folder / "inventory.json")]
        command += ["--extra-vars", f"@{self._folder / 'variables.json'}"]
        return [*command, "--check"] if self._options.check else command

    def _fetch_archives(self, run: inventory.Run) -> Archives:
        """Fetches the run's release archives. Raises RunError."""
        available = artifacts.ensure(run.artifacts, self._project / ARTIFACTS_LOCK, self._log)
        archives: Archives = {}
        for archive in available:
            versions = archives.setdefault(archive.artifact.name, {}).setdefault(archive.artifact.version, {})
            versions[archive.artifact.architecture] = {"sha256": archive.sha256, "path": str(archive.path)}
        return archives

    def _write_inventory(
        self, run: inventory.Run, members: dict[str, inventory.Variables], fingerprints: dict[str, str]
    ) -> None:
        """Writes Ansible's inventory, the known_hosts file for it, and the facts for moves between members."""
        paths = ssh.Paths(self._project, self._state / KNOWN_HOSTS, self._folder / KNOWN_HOSTS, self._jump_logs)
        shutil.rmtree(self._jump_logs, ignore_errors=True)
        self._jump_logs.mkdir(mode=0o700)
        outcomes = self._state / CONNECTIONS
        outcomes.mkdir(exist_ok=True, mode=0o700)
        self._probe = Probe(deploy.identity(), paths, outcomes, deploy.accepted_host_keys(self._state, run.common))
        files.write_private(paths.known_hosts, inventory.known_hosts(members))
        files.write_private(self._folder / "inventory.json", json.dumps(run.ansible_inventory(fingerprints, paths)))
        previous = placements.read(self._state, run.name)
        move = mover.Members(tuple(sorted(run.hosts)), tuple(previous), members, self._probe.content)
        files.write_private(self._folder / "members.json", move.text)
        authority.forget(self._folder)

    def _take_generated_files(self, run: inventory.Run) -> None:
        """Copies the generated files of each host, and passes their folder to the host's role."""
        folder = self._folder / "files"
        shutil.rmtree(folder, ignore_errors=True)
        for host, variables in run.hosts.items():
            expected = variables.get("monitoring_files_sha256") or run.variables.get("monitoring_files_sha256")
            if not expected:
                continue
            if self._options.files is None:
                raise RunError(f"run {run.name} needs generated files: pass their folder with --files")
            files.take_generated(expected, self._options.files.absolute() / host, folder / host)
            variables["monitoring_files"] = str(folder / host)

    def _play(self, run: inventory.Run, command: list[str]) -> int:
        """Runs Ansible and returns its exit status. A user-provided playbook runs between the built-in first and last tasks."""
        playbook = self._options.playbook
        if playbook is not None:
            return self._play_user_playbook(run, command, playbook.name)
        if not run.playbook or not (self._folder / "playbooks" / run.playbook).is_file():
            raise RunError(f'run {run.name} has no built-in playbook "{run.playbook}": pass a playbook with --playbook')
        return self._ansible(run, command, run.playbook)

    def _play_user_playbook(self, run: inventory.Run, command: list[str], playbook: str) -> int:
        code = self._ansible(run, command, "user-preflight.yml")
        events = results.read_events(self._events)
        pending = sorted({event["host"] for event in events if event["name"] == "Mark the host as pending"})
        # Keeps changes such as those of the firewall, and drops observations, which the second playbook repeats.
        kept = [event for event in events if event["host"] not in pending or not event["begin"]]
        self._events.write_text("".join(json.dumps(event) + "\n" for event in kept))
        if not pending:
            return code
        # One playbook imports both parts. Ansible would not start a second playbook after a host failed, but the end of the
        # run must be recorded on the hosts that succeeded.
        combined = self._folder / "own" / ".with-finish.yml"
        finish = self._folder / "playbooks" / "user-finish.yml"
        # A relative path, because Ansible reads it as a template.
        parts = [{"import_playbook": playbook}, {"import_playbook": os.path.relpath(finish, combined.parent)}]
        combined.write_text(json.dumps(parts), encoding="utf-8")
        limit = [] if pending == sorted(run.hosts) else ["--limit", ",".join(pending)]
        return self._ansible(run, [*command, *limit], str(combined), limited=bool(limit)) or code

    def _ansible(self, run: inventory.Run, command: list[str], playbook: str, limited: bool = False) -> int:
        """Runs one playbook. limited: whether the command already has a limit."""
        folder = self._folder / "playbooks"
        if self._options.limit and not limited:
            command = [*command, "--limit", self._options.limit]
        user_provided = self._options.playbook is not None
        variables = environment.of_ansible(folder / "ansible.cfg", run.name, self._events, self._home, user_provided)
        if not user_provided:
            # Modules of a user-provided playbook may have the names of built-in modules, so they are never cached.
            variables["MONITORING_BUILT_MODULES"] = str(self._state / BUILT_MODULES)
        return self._lifeline.run([*command, playbook], variables, folder)

    def _log(self, line: str) -> None:
        log(f"{self._options.run}  {line}")


def main(arguments: list[str]) -> int:
    """Runs the command line, and returns the exit status."""
    options = parse(arguments)
    try:
        return Runner(options, state_directory(), ansible.Lifeline()).run()
    except RunError as error:
        print(f"{options.run}  error: {error}", file=sys.stderr, flush=True)
        return 1
    except ansible.Stopped as stopped:
        print(f"{options.run}  stopped by {stopped} before any server was touched", file=sys.stderr, flush=True)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
