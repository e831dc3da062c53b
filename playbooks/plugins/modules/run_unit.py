#!/usr/bin/python
"""Runs a systemd unit, now and at boot, and waits until its own process answers."""

from __future__ import annotations

import http.client
import ipaddress
import os
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: run_unit
short_description: Runs a systemd unit, now and at boot, and waits until its own process answers
description:
    - Does what M(ansible.builtin.systemd_service) and then M(ansible.builtin.uri) do, in a third of the time.
    - Reloads systemd if the unit's file changed since systemd read it, and resets a unit that failed.
    - An answer counts only if the unit's process listens on the port, and runs the program of O(release).
    - Fails if no answer comes in time, and sooner if the unit fails, its process ends twice, or another process answers.
    - After a reload, fails if the service rejects its configuration.
options:
    name:
        description: Name of the unit.
        type: str
        required: true
    state:
        description: V(started) leaves a running unit alone; V(restarted) and V(reloaded) start a unit that is not running.
        type: str
        choices: [started, restarted, reloaded]
        default: started
    daemon_reload:
        description: Whether to reload systemd in any case.
        type: bool
        default: false
    url:
        description: URL that answers 200 once the service is ready; if it is empty, the module does not wait. Ignores proxies, and accepts any certificate unless O(certificate) is set.
        type: str
        default: ""
    wait:
        description: Seconds to wait for the answer.
        type: int
        default: 60
    link:
        description: Symbolic link to the folder of the release, through which the unit starts its program. Without it, any program may answer.
        type: path
    read_at_start:
        description: Files that the program reads only when it starts. A process that began before one of them changed is restarted.
        type: list
        elements: path
        default: []
    reload_metrics:
        description: URL of the metrics about reloads. Without it, a reload counts as successful.
        type: str
        default: ""
    reload_prefix:
        description: Start of the names of the metrics about reloads, which end with C(_successful) and C(_success_timestamp_seconds).
        type: str
        default: ""
    certificate:
        description: Folder with C(key.pem), C(certificate.pem) and C(authority.pem), for services that accept only clients with a certificate. Without these files, the module shows no certificate.
        type: path
    any_port:
        description: Whether the service may answer on another port, with any status below 500, because its settings are unknown.
        type: bool
        default: false
attributes:
    check_mode:
        support: full
author: cdktf-monitoring
"""

EXAMPLES = """
- name: Restart a service whose configuration changed
  run_unit:
    name: example.service
    state: "{{ 'restarted' if files is changed else 'started' }}"
    url: http://127.0.0.1:8080/health
    link: /opt/example/current
"""

POLL = 0.1  # Seconds between two attempts.
CRASHES = 2  # Ends of the process after which the unit counts as failed. Systemd starts it again each time.
RUNS = ("active", "activating", "reloading")
PROPERTIES = "LoadState,ActiveState,NeedDaemonReload,MainPID,NRestarts,Result,ExecMainStatus,ExecMainStartTimestamp"
LISTEN = "0A"  # State of a listening socket in /proc/net/tcp.


class Problem(Exception):
    """The service does not run as it should."""


class Unit:
    """The state of a unit in systemd."""

    def __init__(self, module: AnsibleModule) -> None:
        self._module = module
        self.name: str = module.params["name"]
        self.end = "its process ends again and again"
        self.read()

    def read(self) -> None:
        """Reads the current state."""
        lines = self._systemctl("show", "--timestamp=us+utc", "--property", PROPERTIES, self.name).splitlines()
        known = dict(line.split("=", 1) for line in lines)
        self.active = known["ActiveState"]
        self.runs = self.active in RUNS
        self.outdated = known["NeedDaemonReload"] == "yes"
        self.pid = int(known.get("MainPID", "0"))
        self.restarts = int(known.get("NRestarts", "0"))
        # Systemd forgets the result when it starts the process again.
        if known.get("Result", "success") != "success":
            self.end = f"{known['Result']}, exit status {known.get('ExecMainStatus', '')}"
        self._since = known.get("ExecMainStartTimestamp", "")

    def is_enabled(self) -> bool:
        """Whether systemd starts the unit at boot. Reads the links, because systemd remembers the property UnitFileState."""
        _, stdout, _ = self._module.run_command(["systemctl", "is-enabled", self.name], environ_update={"LC_ALL": "C"})
        return bool(stdout.strip() == "enabled")

    @property
    def since(self) -> float:
        """The time of the process's start."""
        return datetime.strptime(self._since, "%a %Y-%m-%d %H:%M:%S.%f UTC").replace(tzinfo=timezone.utc).timestamp()

    def began_before(self, paths: list[str]) -> bool:
        """Whether the process began before one of the files changed, for example because a run was interrupted."""
        return any(os.path.getmtime(path) >= self.since for path in paths if os.path.exists(path))

    def _systemctl(self, *words: str) -> str:
        code, stdout, stderr = self._module.run_command(["systemctl", *words], environ_update={"LC_ALL": "C"})
        if code != 0:
            self._module.fail_json(msg=f"systemctl {' '.join(words)}: {stderr.strip() or stdout.strip()}", rc=code)
        return str(stdout)

    def change(self, *words: str) -> bool:
        """Runs a systemctl command, except in check mode."""
        if not self._module.check_mode:
            self._systemctl(*words)
        return True

    def start(self, command: str) -> bool:
        """Starts or restarts the unit. A unit that failed too often would not start again without a reset."""
        if self.active in ("failed", "activating"):
            self.change("reset-failed", self.name)
        return self.change(command, self.name)


class Socket:
    """A listening TCP socket."""

    def __init__(self, line: str) -> None:
        fields = line.split()
        address, port = fields[1].split(":")
        raw = bytes.fromhex(address)
        ip = ipaddress.ip_address(b"".join(raw[start : start + 4][::-1] for start in range(0, len(raw), 4)))
        self.ip = getattr(ip, "ipv4_mapped", None) or ip
        self.port = int(port, 16)
        self.listens = fields[3] == LISTEN
        self.uid, self.inode = int(fields[7]), fields[9]


def listening() -> list[Socket]:
    """All listening TCP sockets."""
    files = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    sockets = [Socket(line) for file in files if file.exists() for line in file.read_text().splitlines()[1:]]
    return [socket for socket in sockets if socket.listens]


def inodes(pid: int) -> set[str] | None:
    """The sockets of a process; None if they are not readable, as in a container without the right to trace processes."""
    found = set()
    try:
        for entry in os.scandir(f"/proc/{pid}/fd"):
            try:
                target = os.readlink(entry.path)
            except FileNotFoundError:
                continue
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except PermissionError:
        return None
    except FileNotFoundError:
        return set()
    return found


def user(pid: int) -> int | None:
    """The effective user of a process; None if the process ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return next(int(line.split()[2]) for line in lines if line.startswith("Uid:"))


class Service:
    """The service of a unit, seen from its port."""

    def __init__(self, unit: Unit, params: dict) -> None:
        self._unit, self.url, self._any_port = unit, params["url"], params["any_port"]
        self._link: str | None = params["link"]
        self._client = Client(params["certificate"])

    def answers(self) -> bool:
        """Whether the unit's process answers. Raises Problem if another process does."""
        for url in self._urls():
            if self._client.get(url, 499 if self._any_port else 200) is not None:
                return self._is_ours(url)
        return False

    def _urls(self) -> list[str]:
        if not self._any_port:
            return [self.url]
        path = urllib.parse.urlsplit(self.url).path
        hosts = {(f"[{s.ip}]" if s.ip.version == 6 else str(s.ip), s.port) for s in listening() if self._owns(s)}
        return [self.url] + [f"{scheme}://{host}:{port}{path}" for host, port in hosts for scheme in ("http", "https")]

    def _is_ours(self, url: str) -> bool:
        parts = urllib.parse.urlsplit(url)
        host, port = ipaddress.ip_address(parts.hostname or ""), parts.port or 0
        sockets = [socket for socket in listening() if socket.port == port]
        exact = [socket for socket in sockets if socket.ip == host]
        found = exact or [socket for socket in sockets if socket.ip.is_unspecified]
        if not any(self._owns(socket) for socket in found):
            raise Problem(f"port {port} is answered by {holder(found)} and not by {self._unit.name}: stop it, or use another port")
        return self._is_current()

    def _owns(self, socket: Socket) -> bool:
        """Whether a socket belongs to the unit's process."""
        own = inodes(self._unit.pid)
        if own is not None:
            return socket.inode in own
        # Only the component runs as its user.
        return socket.uid != 0 and socket.uid == user(self._unit.pid)

    def _is_current(self) -> bool:
        """Whether the process runs the program that the link leads to."""
        if self._link is None:
            return True
        release = os.path.realpath(self._link) + "/"
        try:
            program = os.readlink(f"/proc/{self._unit.pid}/exe")
        except FileNotFoundError:
            return False
        except PermissionError:
            if self._unit.since < os.lstat(self._link).st_mtime:
                raise Problem(f"the process of {self._unit.name} is older than its release in {release}") from None
            return True
        if not program.startswith(release):
            raise Problem(f"the process of {self._unit.name} runs {program} instead of a program in {release}")
        return True


def holder(sockets: list[Socket]) -> str:
    """Names the process that owns one of the sockets, or its user."""
    wanted = {socket.inode for socket in sockets}
    for folder in Path("/proc").glob("[0-9]*"):
        if wanted & (inodes(int(folder.name)) or set()):
            return f"{(folder / 'comm').read_text().strip()} (process {folder.name})"
    return f"a process of the user with the ID {sockets[0].uid}" if sockets else "another machine or network namespace"


class Client:
    """Requests URLs of a service."""

    def __init__(self, certificate: str | None) -> None:
        """certificate: the folder with a key, its certificate and the authority, as in the option of this module."""
        context = ssl._create_unverified_context()
        if certificate and os.path.exists(f"{certificate}/key.pem"):
            context = ssl.create_default_context(cafile=f"{certificate}/authority.pem")
            # A certificate of the user may leave out the loopback address. The process behind the port is known anyway.
            context.check_hostname = False
            context.load_cert_chain(f"{certificate}/certificate.pem", f"{certificate}/key.pem")
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))

    def get(self, url: str, most: int = 200) -> str | None:
        """The answer of a URL if its status is at most `most`, otherwise None."""
        try:
            with self._opener.open(url, timeout=5) as response:
                # Exporters log an error if the client does not read the whole response.
                text = response.read().decode("utf-8", "replace")
                return str(text) if response.status <= most else None
        except urllib.error.HTTPError as error:
            return "" if error.code <= most else None
        except (OSError, http.client.HTTPException):
            return None


def last_reload(client: Client, url: str, prefix: str) -> tuple[float, float] | None:
    """Whether the last reload succeeded, and the time of the last success."""
    lines = (client.get(url) or "").splitlines()
    values = dict(line.split()[:2] for line in lines if line.startswith(prefix))
    try:
        return float(values[f"{prefix}_successful"]), float(values[f"{prefix}_success_timestamp_seconds"])
    except KeyError:
        return None


def reload(unit: Unit, params: dict) -> None:
    """Reloads a running unit. Raises Problem if the service rejects its configuration."""
    arguments = Client(params["certificate"]), params["reload_metrics"], params["reload_prefix"]
    watched = params["reload_metrics"] and unit.active == "active"
    before, since = last_reload(*arguments) if watched else None, time.time()
    unit.change("reload-or-restart", unit.name)
    end = time.monotonic() + params["wait"]
    while before is not None:
        successful, last = last_reload(*arguments) or before
        if successful and last >= since:
            return
        # If the reload before this one failed too, the metric cannot tell the two apart.
        if (before[0] and not successful) or time.monotonic() > end:
            raise Problem(f"{unit.name} rejects its configuration, and keeps running with the previous one")
        time.sleep(POLL)


def wait_for(unit: Unit, service: Service, seconds: int) -> None:
    """Waits until the service answers. Raises Problem as soon as it is clear that it will not."""
    end, restarts = time.monotonic() + seconds, unit.restarts
    while True:
        unit.read()
        if unit.active == "failed" or unit.restarts - restarts >= CRASHES:
            raise Problem(f"{unit.name} does not stay up: {unit.end}")
        if unit.pid and service.answers():
            return
        if time.monotonic() > end:
            raise Problem(f"{service.url} does not answer within {seconds} seconds")
        time.sleep(POLL)


def main() -> None:
    """Runs on the server."""
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["started", "restarted", "reloaded"], "default": "started"},
            "daemon_reload": {"type": "bool", "default": False},
            "url": {"type": "str", "default": ""},
            "wait": {"type": "int", "default": 60},
            "link": {"type": "path"},
            "read_at_start": {"type": "list", "elements": "path", "default": []},
            "reload_metrics": {"type": "str", "default": ""},
            "reload_prefix": {"type": "str", "default": ""},
            "certificate": {"type": "path"},
            "any_port": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    params = module.params
    unit, wanted = Unit(module), params["state"]
    changed = False
    # Both commands would reload systemd, which takes up to a second: once is enough.
    if not unit.is_enabled():
        changed = unit.change("enable", "--no-reload", "--quiet", unit.name)
        # From version 257 on, systemd counts a unit as outdated that was enabled after it was read.
        unit.read()
    if unit.outdated or params["daemon_reload"]:
        unit.change("daemon-reload")
    try:
        if not unit.runs:
            changed = unit.start("start")
        elif wanted == "restarted" or unit.began_before(params["read_at_start"]):
            changed = unit.start("restart")
        elif wanted == "reloaded":
            changed = True
            if not module.check_mode:
                reload(unit, params)
        unit.read()
        if params["url"] and not module.check_mode:
            wait_for(unit, Service(unit, params), params["wait"])
    except Problem as problem:
        module.fail_json(msg=str(problem))
    module.exit_json(changed=changed)


if __name__ == "__main__":
    main()
