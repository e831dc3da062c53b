"""Stops the log agents of servers that leave, while the firewall of Loki still allows them to send their last lines.

The private folder of the stack contains the SSH access of the servers that will be uninstalled when they leave. A deploy
compares this record with its inventory before any run starts.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from . import files, inventory
from .contract import GROUP_PREFIX, KNOWN_HOSTS, LOG_AGENT, MEMBERS, SERVER_DIRECTORY
from .errors import RunError
from .inventory import Variables
from .mover import CONCURRENT
from .placements import machine_key
from .ssh import Paths, RootShell

SCRIPT = (
    f"state={SERVER_DIRECTORY} kind={LOG_AGENT}\n" + (Path(__file__).resolve().parent / "leaving.sh").read_text(encoding="utf-8")
)
# A server that left may be switched off, and the runs wait meanwhile.
CONNECT_SECONDS = 5
# For the connection, and for the agent to stop.
SECONDS = 30

Servers = dict[str, Variables]
"""SSH access by the names of servers."""


@dataclass(frozen=True)
class Record:
    """The servers that may leave, as of the last deploy."""

    owner: str = ""
    """The id of the owner that the servers had."""
    members: Servers = field(default_factory=dict)
    """Members with a log agent that is uninstalled when they leave."""
    stopped: Servers = field(default_factory=dict)
    """Servers that left in the last deploy, and whose log agents it stopped."""

    @classmethod
    def read(cls, state: Path) -> Record:
        """The record of a stack; empty if there is no readable one."""
        try:
            return cls(**json.loads((state / MEMBERS).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return cls()

    @classmethod
    def of(cls, everything: Variables, stopped: Servers) -> Record:
        """The record after a deploy. everything: its inventory."""
        group = everything["all"]["children"].get(GROUP_PREFIX + LOG_AGENT) or {}
        hosts = everything["all"]["hosts"]
        members = {name: hosts[name] for name in group.get("hosts") or {} if hosts[name].get("monitoring_uninstall_on_leave")}
        owner = (everything["all"]["vars"].get("monitoring_owner") or {}).get("id", "")
        return cls(owner, members, stopped)

    def write(self, state: Path) -> None:
        """Replaces the record of a stack."""
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.write_private(state / MEMBERS, json.dumps(asdict(self), indent=2) + "\n")


def update(state: Path, everything: Variables, elsewhere: set[str], log: Callable[[str], None]) -> None:
    """Stops the log agents of the servers that left since the last deploy, and records the members of this deploy.

    If a server is back although nothing uninstalled its agent, the agent starts again.

    everything: the inventory. elsewhere: the machines of other monitorings. log: receives a line per server.
    """
    record = Record.read(state)
    hosts: Servers = everything["all"]["hosts"]
    present = {machine_key(host): name for name, host in hosts.items()}
    back = {name: hosts[name] for host in record.stopped.values() if (name := present.get(machine_key(host), ""))}
    left = {name: host for name, host in record.members.items() if machine_key(host) not in present.keys() | elsewhere}
    _run("start", record.owner, back, state, log)
    stopped = _run("stop", record.owner, left, state, log)
    Record.of(everything, {name: left[name] for name in stopped}).write(state)


def _run(verb: str, owner: str, servers: Servers, state: Path, log: Callable[[str], None]) -> list[str]:
    """Runs a verb of leaving.sh on servers, and returns the servers on which it succeeded."""
    if not servers:
        return []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = Paths(state.parent.parent, state / KNOWN_HOSTS, folder / KNOWN_HOSTS, folder)
        files.write_private(paths.known_hosts, inventory.known_hosts(servers))
        with ThreadPoolExecutor(CONCURRENT) as pool:
            outcomes = list(pool.map(partial(_on, paths, verb, owner), servers, servers.values()))
    for server, (_, text) in zip(servers, outcomes):
        if text:
            log(f"{server}  {text}")
    return [server for server, (succeeded, _) in zip(servers, outcomes) if succeeded]


def _on(paths: Paths, verb: str, owner: str, name: str, host: Variables) -> tuple[bool, str]:
    """Runs a verb of leaving.sh on a server. Returns whether it succeeded, and a text for the log."""
    shell, words = RootShell.of(name, host, paths), ("-c", SCRIPT, "leaving.sh", verb, owner)
    try:
        result = shell.run(*words, seconds=SECONDS, connect_seconds=CONNECT_SECONDS)
    except (subprocess.TimeoutExpired, RunError) as error:
        return False, f"the log agent was not stopped, so Loki may lack its last lines: {error}" if verb == "stop" else ""
    if result.returncode == 0:
        return True, result.stdout.strip()
    reason = " ".join(result.stderr.split()) or f"exit status {result.returncode}"
    return False, f"the log agent was not {'stopped, so Loki may lack its last lines' if verb == 'stop' else 'started'}: {reason}"
