"""Builds the SSH options of a host. The host key is always checked, under the host's alias."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import environment, secrets, templates
from .contract import JUMP_HOST
from .environment import control_directory
from .files import on_controller
from .lifetime import END_WITH_PARENT

Variables = dict[str, Any]

CONNECT_SECONDS = 15
"""How long a connection may take until the server has answered with its host key."""
# Less than CONNECT_SECONDS, so that the jump host's error arrives before ssh gives up.
JUMP_SECONDS = 12

# For each host alike. The user's ~/.ssh/config applies too, because a host name may be an alias there.
COMMON = {
    # No program may ask for a password or a passphrase.
    "BatchMode": "yes",
    "PreferredAuthentications": "publickey",
    "ConnectTimeout": str(CONNECT_SECONDS),
    # A connection that was silent for half a minute is dead.
    "ServerAliveInterval": "5",
    "ServerAliveCountMax": "6",
    "GlobalKnownHostsFile": "/dev/null",
    # Readable, because messages ask users to remove lines.
    "HashKnownHosts": "no",
    # A signed DNS record does not replace the pinned key.
    "VerifyHostKeyDNS": "no",
    # The address may later belong to another machine. The alias never does.
    "CheckHostIP": "no",
}
# Ansible's become password, by a lookup, so that no file contains the value.
BECOME_PASSWORD = (
    "{{ (lookup('ansible.builtin.env', monitoring_sudo_password.environment) if monitoring_sudo_password.environment is defined"
    " else lookup('ansible.builtin.file', monitoring_sudo_password.file)) | trim }}"
)
# sudo reads a line only if it asks for the password. The root shell therefore skips everything up to an empty line, which
# no password is, and leaves the rest of the standard input to the script.
SKIP_PASSWORD = 'while IFS= read -r line && [ "$line" ]; do :; done; exec sh "$@"'


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
    options = _options(name, host, paths)
    arguments = " ".join(f"-o {shlex.quote(f'{option}={value}')}" for option, value in options.items())
    # Ansible's own option comes first.
    result = {"ansible_ssh_common_args": arguments, "ansible_ssh_timeout": CONNECT_SECONDS}
    if key_file := private_key(host, paths):
        result["ansible_ssh_private_key_file"] = _literal(key_file)
    if password := sudo_password(host, paths):
        result["monitoring_sudo_password"] = password
    template = {"ansible_become_password": BECOME_PASSWORD} if password else {}
    return {**templates.literal(result), **template}


def login(name: str, host: Variables, paths: Paths, *, opens: bool = False, accepts: bool = False) -> list[str]:
    """The ssh command for a host, without the command to run there. It uses the shared connection if there is one.

    opens: whether the command opens the shared connection. accepts: whether it accepts and records an unknown host key.
    """
    shared = {"ControlMaster": "auto", "ControlPersist": "60s"} if opens else {"ControlMaster": "no"}
    options = shared | _options(name, host, paths, accepts) | _identity(host, paths)
    return ["ssh", *_as_words(options), "-p", str(host["ansible_port"]), "-l", host["ansible_user"], "--", host["ansible_host"]]


@dataclass(frozen=True)
class RootShell:
    """Runs scripts as root on a host without Ansible, through the shared connection."""

    login: list[str]
    user: str
    password: Variables | None
    """The reference to sudo's password. Its value is read when a script starts, and is in no command line and no file."""

    @classmethod
    def of(cls, name: str, host: Variables, paths: Paths) -> RootShell:
        """The root shell of a host."""
        return cls(login(name, host, paths), host["ansible_user"], sudo_password(host, paths))

    def command(self, *arguments: str) -> list[str]:
        """The command that runs `sh ARGUMENT …` as root."""
        shell = ["sh"]
        if self.user != "root":
            shell = ["sudo", "-H", "-n", "--", "sh"]
            if self.password:
                shell = ["sudo", "-H", "-k", "-S", "-p", "", "--", "sh", "-c", SKIP_PASSWORD, "sh"]
        return [*self.login, shlex.join([*shell, *arguments])]

    def run(
        self, *arguments: str, seconds: float | None = None, connect_seconds: int | None = None, given: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Runs `sh ARGUMENT …` as root to its end. Raises subprocess.TimeoutExpired, and RunError if the password cannot be read.

        seconds: the timeout. connect_seconds: the timeout of the connection; default is that of all commands. given: the standard
        input.
        """
        command = self.command(*arguments)
        if connect_seconds is not None:
            # ssh uses the first value of an option.
            command[1:1] = ["-o", f"ConnectTimeout={connect_seconds}"]
        return subprocess.run(
            command,
            capture_output=True,
            input=self.preamble.decode() + given,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
            env=environment.clean(),
            preexec_fn=END_WITH_PARENT,
        )

    @property
    def preamble(self) -> bytes:
        """What the standard input of the command must begin with. Raises RunError if the password cannot be read."""
        return f"{secrets.password(self.password)}\n\n".encode() if self.password and self.user != "root" else b""


def sudo_password(host: Variables, paths: Paths) -> Variables | None:
    """The reference to sudo's password on a host, with an absolute path."""
    reference = (host.get("monitoring_ssh") or {}).get("sudo_password")
    return secrets.resolve([reference], paths.project)[0] if reference else None


def private_key(host: Variables, paths: Paths) -> str | None:
    """The absolute path of a host's private key file."""
    key = host.get("ansible_ssh_private_key_file")
    return str(on_controller(key, paths.project)) if key else None


def connection_socket(host: Variables, paths: Paths) -> Path:
    """The socket of a server's shared connection. A later server with the same address has another socket."""
    address = [host.get(f"ansible_{part}") for part in ("host", "port", "user")]
    ssh = host.get("monitoring_ssh") or {}
    identity = json.dumps([address, private_key(host, paths), ssh, str(paths.trusted)], sort_keys=True)
    return control_directory() / short_hash(identity)


def short_hash(text: str) -> str:
    """A name for a text that is short enough for the path of a socket."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _options(name: str, host: Variables, paths: Paths, accepts: bool = False) -> dict[str, str]:
    ssh = host.get("monitoring_ssh") or {}
    expected = [str(paths.known_hosts)] if ssh.get("host_keys") else []
    if ssh.get("known_hosts_file"):
        expected.append(str(on_controller(ssh["known_hosts_file"], paths.project)))
    options = COMMON | {
        "ControlPath": str(connection_socket(host, paths)),
        "UserKnownHostsFile": _quoted(expected or [str(paths.trusted)]),
        "StrictHostKeyChecking": "accept-new" if accepts and not expected else "yes",
    }
    # Ansible adds the file itself.
    options |= {option: value for option, value in _identity(host, paths).items() if option != "IdentityFile"}
    if ssh.get("alias"):
        options["HostKeyAlias"] = ssh["alias"]
    if ssh.get("jump_host"):
        log = paths.jump_logs / name
        words = jump_login(host, paths, accepts)
        proxy = shlex.join([*map(_literal, words[:-2]), "-W", "[%h]:%p", *words[-2:]])
        options["ProxyCommand"] = f"{proxy} 2>{shlex.quote(_literal(str(log)))}"
    return options


def split_jump_host(text: str) -> tuple[str, str, str]:
    """User, host and port of `user@host:port`. User and port are empty if missing; an IPv6 address with a port has brackets.

    `parseJumpHost` in lib/jump-host.ts reads the same grammar. It cannot replace this function, because a jump host's address
    may only be known when Terraform runs.
    """
    match = re.fullmatch(JUMP_HOST, text)
    assert match  # the expression matches every text
    user, host, port = match.groups(default="")
    return user, host[1:-1] if host.startswith("[") and host.endswith("]") else host, port


def jump_login(host: Variables, paths: Paths, accepts: bool = False) -> list[str]:
    """The ssh command for the jump host of a host. It uses the login key of the server, and checks the jump host's host key.

    ProxyJump does not work here, because it ignores the options for the login key and for host keys.
    """
    user, address, port = split_jump_host(host["monitoring_ssh"]["jump_host"])
    options = COMMON | {
        "ConnectTimeout": str(JUMP_SECONDS),
        "UserKnownHostsFile": _quoted([str(paths.trusted)]),
        "StrictHostKeyChecking": "accept-new" if accepts else "yes",
        **_identity(host, paths),
    }
    return ["ssh", *_as_words(options), *(["-p", port] if port else []), *(["-l", user] if user else []), "--", address]


def _identity(host: Variables, paths: Paths) -> dict[str, str]:
    """The options for the key file. Without the second one, ssh offers the keys of the agent first, until the server hangs up."""
    key_file = private_key(host, paths)
    return {"IdentityFile": _quoted([key_file]), "IdentitiesOnly": "yes"} if key_file else {}


def _as_words(options: dict[str, str]) -> list[str]:
    return [word for option, value in options.items() for word in ("-o", f"{option}={value}")]


def _literal(word: str) -> str:
    """Escapes percent signs. In files and in the command of a proxy, ssh replaces %h with the server's name, for example."""
    return word.replace("%", "%%")


def _quoted(files: list[str]) -> str:
    escaped = (_literal(file).replace("\\", "\\\\").replace('"', '\\"') for file in files)
    return " ".join(f'"{file}"' for file in escaped)
