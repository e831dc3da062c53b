#!/usr/bin/env python3
"""Runs one of the monitoring's playbooks over the hosts that need it.

    run.py RUN [--playbook FILE] [--files FOLDER] [--inventory FILE] [--force] [--check] [--limit HOST]

Terraform calls it with the inventory in MONITORING_INVENTORY (base64 of gzip of JSON) and, in MONITORING_STATE, the
folder of the stack's private run state. That folder then holds

    runs/RUN/      the run's lock, its copy of the playbooks, the inventory that Ansible sees, and result.json
    placements/    where each component was when its last run had succeeded
    in-flight/RUN  as long as the run is on; it stays when the run was killed, and makes the next plan repeat it
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import secrets as randomness
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True  # the folder is hashed and copied by others

import artifacts
from controller import ansible, files, firewall, inventory, mover, placements, results, secrets, ssh, unreachable
from controller.errors import RunError

HERE = Path(__file__).resolve().parent
INTERRUPTED = 130
# What is kept of each task for whoever measures where the time goes.
TASK = ("name", "role", "host", "started", "seconds", "status", "begin")


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
    parser.add_argument("run", help="the run's name, such as prometheus")
    parser.add_argument("--playbook", type=Path, help="a playbook of your own; its whole folder is taken along")
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="what a synthesis made for the roles, by host")
    parser.add_argument("--inventory", type=Path, help="a JSON inventory, instead of the one in MONITORING_INVENTORY")
    parser.add_argument("--force", action="store_true", help="work on hosts that are as they should be, too")
    parser.add_argument("--check", action="store_true", help="change nothing, say what would change")
    parser.add_argument("--limit", metavar="HOST", help="one host only")
    return Options(**vars(parser.parse_args(arguments)))


def say(line: str) -> None:
    """A line of output, at once."""
    print(line, flush=True)


def state_directory() -> Path:
    """The folder of the stack's run state."""
    state = os.environ.get("MONITORING_STATE")
    if not state:
        raise RunError("MONITORING_STATE is not set: start runs by cdktf deploy, or one of them by play")
    return Path(state).absolute()


def read_inventory(options: Options) -> dict[str, Any]:
    """The inventory from the file or the environment."""
    if options.inventory is None:
        encoded = os.environ.get("MONITORING_INVENTORY")
        if not encoded:
            raise RunError("neither --inventory nor MONITORING_INVENTORY names an inventory")
        return inventory.decode(encoded)
    try:
        return dict(json.loads(options.inventory.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise RunError(f"{options.inventory} is not an inventory: {error}") from error


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """One at a time; the lock goes with the process that holds it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"{name}  waiting for another run of it to end")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


class Runner:
    """One run from the lock to the result."""

    def __init__(self, options: Options, state: Path, lifeline: ansible.Lifeline, name: str | None = None) -> None:
        """name: by what its folder and its file are called; that of the run, where it does not run at once for several."""
        self._options = options
        self._state = state
        self._lifeline = lifeline
        self._folder = state / "runs" / (name or options.run)
        self._events = self._folder / "events.jsonl"
        self._jump_logs = self._folder / "jump-hosts"
        self._in_flight = state / "in-flight" / (name or options.run)

    def __call__(self) -> int:
        """Answers the exit status."""
        with locked(self._folder, self._options.run):
            self._in_flight.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            left = self._in_flight.exists()
            self._in_flight.write_text(randomness.token_hex(16) + "\n")
            code = 1
            try:
                code = self._run()
                return code
            finally:
                # It stays where whoever started us is gone and did not record how it ended; where an earlier run was
                # killed and this one did not do all of its work; and where one by hand failed on hosts that were well.
                partial = code != 0 or self._options.check or self._options.limit is not None
                pending = (left and partial) or (code != 0 and self._options.force)
                if not self._lifeline.orphaned and not pending:
                    self._in_flight.unlink(missing_ok=True)

    def _run(self) -> int:
        started, clock = datetime.now(timezone.utc), time.monotonic()
        everything = read_inventory(self._options)
        run = inventory.Run.of(everything, self._options.run)
        firewall.add(run, everything)
        if self._options.limit and self._options.limit not in run.hosts:
            raise RunError(f'no host "{self._options.limit}" in {run.name}: there are {", ".join(sorted(run.hosts)) or "none"}')
        hosts = [self._options.limit] if self._options.limit else sorted(run.hosts)
        for file in ("result.json", "events.jsonl"):
            (self._folder / file).unlink(missing_ok=True)
        code, complete = 0, True
        if hosts:
            commands = self._prepare(run, everything["all"]["hosts"])
            try:
                code = self._play(run, hosts, commands)
            except ansible.Stopped as stopped:
                code, complete = INTERRUPTED, False
                say(f"{run.name}  stopped by {stopped}")
        else:
            say(f"{run.name}  no servers")
        events = results.read_events(self._events)
        outcome = results.by_host(hosts, events, complete)
        for host, result in outcome.items():
            if result["state"] == "unreachable":
                result["message"] = unreachable.explain(result["message"], run.hosts[host], self._jump_logs / host)
        for line in results.summary(run.name, outcome, self._options.check):
            say(line)
        results.write(
            self._folder / "result.json",
            {
                "run": run.name,
                "started": started.isoformat(timespec="milliseconds"),
                "seconds": round(time.monotonic() - clock, 2),
                "exit": code,
                "hosts": outcome,
                "tasks": [{key: event.get(key) for key in TASK} for event in events],
            },
        )
        self._events.unlink(missing_ok=True)
        if code == 0 and not self._options.check and self._options.limit is None:
            placements.note(self._state, run)
        return code

    def _prepare(self, run: inventory.Run, members: dict[str, inventory.Variables]) -> list[str]:
        """All that can fail on the controller fails here; answers the beginning of Ansible's command line.

        members: how each server of the monitoring is reached.
        """
        project = self._state.parent.parent
        resolved = secrets.resolve(run.secrets, project)
        keys = secrets.keys(resolved, str(run.common.get("monitoring_name", "")))
        # Before the paths of secrets become this machine's.
        fingerprints = {host: run.fingerprint(host, keys) for host in run.hosts}
        run.variables["monitoring_secrets"] = resolved
        program = ansible.find(self._state)
        archives: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
        try:
            available = artifacts.ensure(run.artifacts, project / "artifacts.lock.json", lambda line: say(f"{run.name}  {line}"))
        except artifacts.ArtifactError as error:
            raise RunError(str(error)) from error
        for archive in available:
            of = archives.setdefault(archive.artifact.name, {}).setdefault(archive.artifact.version, {})
            of[archive.artifact.architecture] = {"sha256": archive.sha256, "path": str(archive.path)}

        self._copy(HERE, self._folder / "playbooks")
        if self._options.playbook:
            self._copy(self._options.playbook.resolve().parent, self._folder / "own")
        self._take_files(run)
        places = ssh.Places(project, self._state / "known_hosts", self._folder / "known_hosts", self._jump_logs)
        shutil.rmtree(self._jump_logs, ignore_errors=True)
        self._jump_logs.mkdir(mode=0o700)
        private(places.known_hosts, "".join(line + "\n" for line in inventory.known_hosts_lines(members)))
        private(self._folder / "inventory.json", json.dumps(run.ansible_inventory(fingerprints, places)))
        before = placements.read(self._state, run.name)
        commands = {host: ssh.command(host, reached, places) for host, reached in members.items()}
        private(self._folder / "members.json", mover.Members(tuple(sorted(run.hosts)), tuple(before), commands).text)
        variables = {
            "monitoring_run_name": run.name,
            "monitoring_members_file": str(self._folder / "members.json"),
            "monitoring_force": self._options.force,
            "monitoring_artifact_files": archives,
        }
        private(self._folder / "variables.json", json.dumps(variables))
        command = [str(program), "--inventory", str(self._folder / "inventory.json")]
        command += ["--extra-vars", f"@{self._folder / 'variables.json'}"]
        return [*command, "--check"] if self._options.check else command

    def _play(self, run: inventory.Run, hosts: list[str], command: list[str]) -> int:
        """Runs Ansible, for a playbook of the user's own between our beginning and our end."""
        own = self._options.playbook
        if own is None:
            if not run.playbook or not (self._folder / "playbooks" / run.playbook).is_file():
                raise RunError(f'the run "{run.name}" has no playbook "{run.playbook}" among ours: name yours by --playbook')
            return self._ansible(run, command, [run.playbook])
        begin = self._ansible(run, command, ["own-begin.yml"])
        events = results.read_events(self._events)
        pending = sorted({event["host"] for event in events if event["name"] == "There is something to do"})
        # What was done before, such as to the firewall, counts; that it was looked at is said by the next playbook, too.
        kept = [event for event in events if event["host"] not in pending or not event["begin"]]
        self._events.write_text("".join(json.dumps(event) + "\n" for event in kept))
        if not pending:
            return begin
        # One playbook, for Ansible starts no second one after a host failed: those that succeeded must be noted.
        playbook = self._folder / "own" / ".with-finish.yml"
        finish = self._folder / "playbooks" / "own-finish.yml"
        playbook.write_text(json.dumps([{"import_playbook": own.name}, {"import_playbook": str(finish)}]), encoding="utf-8")
        limit = [] if pending == sorted(run.hosts) else ["--limit", ",".join(pending)]
        return self._ansible(run, [*command, *limit], [str(playbook)], limited=bool(limit)) or begin

    def _ansible(self, run: inventory.Run, command: list[str], playbooks: list[str], limited: bool = False) -> int:
        folder = self._folder / "playbooks"
        if self._options.limit and not limited:
            command = [*command, "--limit", self._options.limit]
        environment = ansible.environment(folder / "ansible.cfg", run.name, self._events)
        if self._options.playbook is None:
            # A playbook of the user's own may bring modules of its own, by names that ours have.
            environment["MONITORING_BUILT_MODULES"] = str(self._state / "built-modules")
        return self._lifeline.run([*command, *playbooks], environment, folder)

    def _take_files(self, run: inventory.Run) -> None:
        """Tells each host's role where the files are that were made for it."""
        folder = self._folder / "files"
        shutil.rmtree(folder, ignore_errors=True)
        for host, variables in run.hosts.items():
            wanted = variables.get("monitoring_files_sha256") or run.variables.get("monitoring_files_sha256")
            if not wanted:
                continue
            if self._options.files is None:
                raise RunError(f'{run.name} needs the files that were made for it: name their folder by --files')
            files.take_generated(wanted, self._options.files.absolute() / host, folder / host)
            variables["monitoring_files"] = str(folder / host)

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        """A private copy, for a synthesis may delete the original meanwhile."""
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".git", ".ansible"))


def private(path: Path, content: str) -> None:
    """Writes a file that is its owner's only, from its first byte."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(content)


def main(arguments: list[str]) -> int:
    """The command line."""
    options = parse(arguments)
    try:
        return Runner(options, state_directory(), ansible.Lifeline())()
    except RunError as error:
        print(f"{options.run}  error: {error}", file=sys.stderr, flush=True)
        return 1
    except ansible.Stopped as stopped:
        print(f"{options.run}  stopped by {stopped} before any server was touched", file=sys.stderr, flush=True)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
