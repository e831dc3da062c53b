"""How ssh is called for a host: its key is always checked, under its alias."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .files import on_controller

Variables = dict[str, Any]
JUMP_SECONDS = 8  # fewer than Ansible gives the whole connection, so that it is told what the jump host said


@dataclass(frozen=True)
class Places:
    """Files on the controller."""

    project: Path
    """The user's project, from which paths count."""
    trusted: Path
    """Where keys that were seen first are kept."""
    known_hosts: Path
    """The keys that the inventory names."""
    jump_logs: Path
    """Where what the jump hosts say is kept, by server: with ControlPersist ssh would drop it."""


def variables(name: str, host: Variables, places: Places) -> Variables:
    """What Ansible is told of a host besides its address, port and user."""
    arguments = " ".join(f"-o {shlex.quote(f'{option}={value}')}" for option, value in _options(name, host, places).items())
    key_file = _key_file(host, places)
    own = {"ansible_ssh_common_args": arguments, "ansible_control_path": f"%(directory)s/{_connection(host, places)}"}
    return own | ({"ansible_ssh_private_key_file": key_file} if key_file else {})


def command(name: str, host: Variables, places: Places) -> list[str]:
    """How a host is reached without Ansible, by the very connection that Ansible has where it has one.

    Its last word is the shell that reads the command, as root.
    """
    key_file, user = _key_file(host, places), host["ansible_user"]
    own = {
        "BatchMode": "yes",
        "ConnectTimeout": "10",
        "ServerAliveInterval": "5",
        "ServerAliveCountMax": "6",
        "ControlMaster": "no",
        "ControlPath": str(_control_directory() / _connection(host, places)),
    }
    options = own | _options(name, host, places)
    words = ["ssh", *(word for option, value in options.items() for word in ("-o", f"{option}={value}"))]
    words += ["-p", str(host["ansible_port"]), "-l", user, *(["-i", key_file] if key_file else []), "--", host["ansible_host"]]
    return [*words, "sh" if user == "root" else "sudo -H -n -- sh"]


def _options(name: str, host: Variables, places: Places) -> dict[str, str]:
    """The host's key is always checked, under its alias; the way may go through another host."""
    ssh = host.get("monitoring_ssh") or {}
    named = [str(places.known_hosts)] if ssh.get("host_keys") else []
    if ssh.get("known_hosts_file"):
        named.append(str(on_controller(ssh["known_hosts_file"], places.project)))
    options = {
        "UserKnownHostsFile": _quoted(named or [str(places.trusted)]),
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "yes" if named else "accept-new",
        # An address may be another machine's tomorrow; the alias is not.
        "CheckHostIP": "no",
    }
    if ssh.get("alias"):
        options["HostKeyAlias"] = ssh["alias"]
    if ssh.get("jump_host"):
        log = places.jump_logs / name
        options["ProxyCommand"] = f"{_jump(ssh['jump_host'], _key_file(host, places), places.trusted)} 2>{shlex.quote(_literal(str(log)))}"
    return options


def _key_file(host: Variables, places: Places) -> str | None:
    key = host.get("ansible_ssh_private_key_file")
    return str(on_controller(key, places.project)) if key else None


def _connection(host: Variables, places: Places) -> str:
    """The name of a server's connection, which runs share. Two servers that had the same address one after the other must not."""
    addressed = [host.get(f"ansible_{part}") for part in ("host", "port", "user")]
    ssh = host.get("monitoring_ssh") or {}
    identity = json.dumps([addressed, _key_file(host, places), ssh, str(places.trusted)], sort_keys=True)
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def _control_directory() -> Path:
    """Where Ansible keeps its connections."""
    home = os.environ.get("ANSIBLE_HOME", "~/.ansible")
    return Path(os.environ.get("ANSIBLE_SSH_CONTROL_PATH_DIR", f"{home}/cp")).expanduser()


def split_jump_host(text: str) -> tuple[str, str, str]:
    """User, host and port of `user@host:port`; user and port may be missing, an IPv6 address with a port has brackets."""
    user, _, place = text.rpartition("@")
    if place.startswith("["):
        host, _, port = place[1:].partition("]")
        return user, host, port.removeprefix(":")
    if place.count(":") == 1:
        host, _, port = place.partition(":")
        return user, host, port
    return user, place, ""


def _jump(text: str, key_file: str | None, trusted: Path) -> str:
    """The command that goes through the jump host: with the same key, its own key checked too.

    Not ProxyJump: that would ignore all that is said here of keys and of how they are checked.
    """
    user, host, port = split_jump_host(text)
    options = {
        "BatchMode": "yes",
        "ConnectTimeout": str(JUMP_SECONDS),
        "UserKnownHostsFile": _quoted([str(trusted)]),
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "accept-new",
        "CheckHostIP": "no",
    }
    command = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    command += ["-p", port] if port else []
    command += ["-l", user] if user else []
    command += ["-i", key_file] if key_file else []
    words = ["ssh", *map(_literal, command), "-W", "[%h]:%p", "--", host]
    return " ".join(shlex.quote(word) for word in words)


def _literal(word: str) -> str:
    """With no percent sign that means something to the outer ssh, which fills in whom to reach."""
    return word.replace("%", "%%")


def _quoted(files: list[str]) -> str:
    return " ".join(f'"{file}"' for file in files)
