"""Builds the SSH options of a host. The host key is always checked, under the host's alias."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .contract import JUMP_HOST
from .environment import control_directory
from .files import on_controller

Variables = dict[str, Any]
# Less than Ansible's timeout for the whole connection, so that the jump host's error arrives before Ansible gives up.
JUMP_SECONDS = 8


@dataclass(frozen=True)
class Paths:
    """Files and folders on the controller."""

    project: Path
    """The user's project, in which relative paths start."""
    trusted: Path
    """The known_hosts file with the host keys that were accepted at the first connection."""
    known_hosts: Path
    """The known_hosts file with the host keys in the inventory."""
    jump_logs: Path
    """The folder for the error output of jump hosts, one file per server. With ControlPersist, ssh would discard it."""


def variables(name: str, host: Variables, paths: Paths) -> Variables:
    """Ansible's variables for the connection to a host, except its address, port and user."""
    arguments = " ".join(f"-o {shlex.quote(f'{option}={value}')}" for option, value in _options(name, host, paths).items())
    key_file = _key_file(host, paths)
    result = {"ansible_ssh_common_args": arguments, "ansible_control_path": f"%(directory)s/{_connection_name(host, paths)}"}
    return result | ({"ansible_ssh_private_key_file": key_file} if key_file else {})


def command(name: str, host: Variables, paths: Paths) -> list[str]:
    """The command that runs a shell as root on a host without Ansible, through Ansible's connection if there is one.

    The last word is the shell; the caller appends its arguments to this word.
    """
    key_file, user = _key_file(host, paths), host["ansible_user"]
    defaults = {
        "BatchMode": "yes",
        "ConnectTimeout": "10",
        "ServerAliveInterval": "5",
        "ServerAliveCountMax": "6",
        "ControlMaster": "no",
        "ControlPath": str(control_directory() / _connection_name(host, paths)),
    }
    options = defaults | _options(name, host, paths)
    words = ["ssh", *(word for option, value in options.items() for word in ("-o", f"{option}={value}"))]
    words += ["-p", str(host["ansible_port"]), "-l", user, *(["-i", key_file] if key_file else []), "--", host["ansible_host"]]
    return [*words, "sh" if user == "root" else "sudo -H -n -- sh"]


def _options(name: str, host: Variables, paths: Paths) -> dict[str, str]:
    ssh = host.get("monitoring_ssh") or {}
    expected = [str(paths.known_hosts)] if ssh.get("host_keys") else []
    if ssh.get("known_hosts_file"):
        expected.append(str(on_controller(ssh["known_hosts_file"], paths.project)))
    options = {
        "UserKnownHostsFile": _quoted(expected or [str(paths.trusted)]),
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "yes" if expected else "accept-new",
        # The address may later belong to another machine. The alias never does.
        "CheckHostIP": "no",
    }
    if ssh.get("alias"):
        options["HostKeyAlias"] = ssh["alias"]
    if ssh.get("jump_host"):
        log = paths.jump_logs / name
        proxy = _jump_command(ssh["jump_host"], _key_file(host, paths), paths.trusted)
        options["ProxyCommand"] = f"{proxy} 2>{shlex.quote(_literal(str(log)))}"
    return options


def _key_file(host: Variables, paths: Paths) -> str | None:
    key = host.get("ansible_ssh_private_key_file")
    return str(on_controller(key, paths.project)) if key else None


def _connection_name(host: Variables, paths: Paths) -> str:
    """The file name of a server's shared connection. A later server with the same address has another file name."""
    address = [host.get(f"ansible_{part}") for part in ("host", "port", "user")]
    ssh = host.get("monitoring_ssh") or {}
    identity = json.dumps([address, _key_file(host, paths), ssh, str(paths.trusted)], sort_keys=True)
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def split_jump_host(text: str) -> tuple[str, str, str]:
    """User, host and port of `user@host:port`. User and port are empty if missing; an IPv6 address with a port has brackets.

    `parseJumpHost` in lib/jump-host.ts reads the same grammar. It cannot replace this function, because a jump host's address
    may only be known when Terraform runs.
    """
    match = re.fullmatch(JUMP_HOST, text)
    assert match  # the expression matches every text
    user, host, port = match.groups(default="")
    return user, host[1:-1] if host.startswith("[") and host.endswith("]") else host, port


def _jump_command(text: str, key_file: str | None, trusted: Path) -> str:
    """The ProxyCommand through a jump host. It uses the login key of the server, and checks the host key of the jump host.

    ProxyJump does not work here, because it ignores the options for the login key and for host keys.
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
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    words += ["-p", port] if port else []
    words += ["-l", user] if user else []
    words += ["-i", key_file] if key_file else []
    return " ".join(shlex.quote(word) for word in ["ssh", *map(_literal, words), "-W", "[%h]:%p", "--", host])


def _literal(word: str) -> str:
    """Escapes percent signs, which the outer ssh would replace with the server's name and port."""
    return word.replace("%", "%%")


def _quoted(files: list[str]) -> str:
    return " ".join(f'"{file}"' for file in files)
