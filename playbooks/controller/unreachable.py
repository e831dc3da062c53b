"""Explains why a server cannot be used, because ssh's output is long and names no remedy.

The tests contain real output of ssh and sudo for each entry of the tables.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from . import key_files
from .ssh import CONNECT_SECONDS, split_jump_host

Variables = dict[str, Any]


class Retry(Enum):
    """Whether another attempt may have another outcome."""

    NEVER = "never"
    FEW = "few"
    """It may, but each attempt is a failed login, and servers ban addresses with failed logins."""
    WAIT = "wait"
    """The server may be booting."""


@dataclass(frozen=True)
class Problem:
    """Why a server cannot be used, and how to fix it."""

    reason: str
    retry: Retry = Retry.WAIT
    of_jump_host: bool = False
    unknown_key: bool = False
    """Whether this machine has no record of the host key."""


EXPIRED = r"(?:[Pp]assword (?:has )?expired|[Aa]ccount.* expired|required to change your password)[^.]*"
# A pattern in ssh's output and the text about it, in which {0} is the line, {1} the pattern's first group.
# The first match counts.
_CAUSES: tuple[tuple[str, Retry, str], ...] = (
    (
        r"terminating, \d+ bad configuration options|Bad owner or permissions on \S+",
        Retry.NEVER,
        "ssh cannot read its configuration on this machine ({0}): correct ~/.ssh/config",
    ),
    (
        r"Permissions \d+ for '(.*\.pub)' are too open",
        Retry.NEVER,
        "{1} is a public key: set keyFile to the private key",
    ),
    (
        r"Permissions \d+ for '(.*)' are too open",
        Retry.NEVER,
        "other users can read the private key {1}, so ssh does not use it: chmod 600 {1}",
    ),
    (r"no such identity: (.*): ", Retry.NEVER, "the private key {1} does not exist on this machine: correct keyFile"),
    (
        r'Load key "(.*)": (?:Permission denied|Is a directory)',
        Retry.NEVER,
        "ssh cannot read the private key {1} ({0}): correct keyFile or the file's owner",
    ),
    (
        r'Load key "(.*)": (?:invalid format|error in libcrypto|unknown or unsupported key type)',
        Retry.NEVER,
        "{1} is not a private key that ssh can read ({0}): set keyFile to the private key, not to its .pub",
    ),
    (
        r"agent refused operation|communication with agent failed",
        Retry.NEVER,
        "the SSH agent does not sign with the key ({0}): unlock or confirm the key in the agent",
    ),
    (
        r"no matching (?:host key type|key exchange method|cipher|MAC) found. Their offer: (\S+)",
        Retry.NEVER,
        "{server} and the ssh of this machine have no algorithm in common ({0}): upgrade the older of the two",
    ),
    (
        EXPIRED,
        Retry.NEVER,
        'the account of user "{user}" has expired on {server} ({0}): chage -M -1 -E -1 {user}',
    ),
    (
        r"System is (?:booting up|going down).*",
        Retry.WAIT,
        "{server} does not accept logins yet ({0}): wait until it has booted",
    ),
    (
        r"Timeout, server \S+ not responding",
        Retry.WAIT,
        "{server} stopped answering for half a minute: check the network between it and this machine",
    ),
    (
        r"timed out during banner exchange",
        Retry.WAIT,
        "{server} accepts the connection, but its SSH does not answer within {seconds} seconds: it is overloaded, or another"
        " service listens on this port",
    ),
    (
        r"kex_exchange_identification: (?:banner line|client sent invalid|Invalid).*|Bad remote protocol version.*",
        Retry.NEVER,
        "another service than SSH answers ({0}): correct the port",
    ),
    (
        r"Not allowed at this time",
        Retry.WAIT,
        "{server} refuses this machine for a while after failed logins (PerSourcePenalties): wait, and fix the login first",
    ),
    (
        r"(?:kex_exchange_identification: .*|Connection (?:closed|reset) by .*port \d+)",
        Retry.WAIT,
        "{server} closes connections before the login ({0}): if fail2ban blocks this machine, unban its address; if"
        " many logins are in progress, raise MaxStartups in the sshd",
    ),
)


def explain(message: str, host: Variables, jump_log: Path) -> Problem:
    """What is wrong with a server, and how to fix it; ssh's output if the cause is unknown.

    message: ssh's output for the server. jump_log: the file with the last error output of the jump host's ssh.
    """
    ssh = host.get("monitoring_ssh") or {}
    if jump := ssh.get("jump_host"):
        log = jump_log.read_text(encoding="utf-8", errors="replace") if jump_log.exists() else ""
        if problem := _jump_host_problem(_lines(log), host, jump):
            return Problem(f"jump host {jump} {problem.reason}", problem.retry, of_jump_host=True, unknown_key=problem.unknown_key)
    lines = _lines(message)
    if _find("Host key verification failed", lines):
        return _host_key_problem("\n".join(lines), ssh)
    if problem := _login_problem(lines, host, "the server", host.get("ansible_user")):
        return problem
    if denied := _find(r"\S+: Permission denied.*", lines):
        user = host.get("ansible_user")
        return Problem(
            f'user "{user}" cannot log in ({denied}): check that the user exists, '
            "add the public key to the user's ~/.ssh/authorized_keys, or correct user or keyFile",
            Retry.FEW,
        )
    return Problem("\n".join(lines))


def unknown_key(reason: str, fingerprint: str, folder: Path, name: str) -> str:
    """The reason for an unknown host key, with the ways to trust it.

    reason: what is unknown. fingerprint: the key that answers; empty if unknown. folder: the stack's private folder.
    """
    shown = f" The current key is {fingerprint}." if fingerprint else ""
    return (
        f"{reason}. Either {folder} was lost, or another machine deployed before.{shown}"
        f" Copy known_hosts and owner from that machine into this folder, or set hostKeys."
        f" Or compare the key with the one on the server (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), and deploy once with"
        f" CDKTF_MONITORING_TRUST={name}"
    )


def _login_problem(lines: list[str], host: Variables, server: str, user: Any) -> Problem | None:
    """What is wrong with the login at a server or a jump host, if it is the same for both."""
    text = "\n".join(lines)
    key_file = host.get("ansible_ssh_private_key_file")
    for pattern, retry, reason in _CAUSES:
        if match := re.search(pattern, text):
            line = match[0].strip()
            first = match[1] if match.lastindex else ""
            # Not str.format, because the output may contain braces.
            for name, value in {"0": line, "1": first, "server": server, "user": user or "", "seconds": CONNECT_SECONDS}.items():
                reason = reason.replace(f"{{{name}}}", str(value))
            return Problem(reason, retry)
    if "Too many authentication failures" in text:
        remedy = f"remove other IdentityFile lines from ~/.ssh/config, or raise MaxAuthTries of {server}"
        if not key_file:
            remedy = "set keyFile, so that ssh offers only this key and not all keys of the SSH agent"
        return Problem(f"{server} rejects so many keys that it closes the connection (Too many authentication failures): {remedy}", Retry.NEVER)
    if denied := re.search(r"Permission denied(?: \((.*)\))?", text):
        if denied[1] and "publickey" not in denied[1].split(","):
            return Problem(f"{server} accepts no SSH keys ({denied[0]}): set PubkeyAuthentication yes in its sshd", Retry.NEVER)
        if key_file and key_files.is_locked(str(key_file)):
            return Problem(f"the private key {key_file} has a passphrase, and the SSH agent does not have the key: ssh-add {key_file}", Retry.NEVER)
    return None


def _jump_host_problem(lines: list[str], host: Variables, jump: str) -> Problem | None:
    """What is wrong with the jump host; None if it forwarded the connection."""
    text = "\n".join(lines)
    if _find("Host key verification failed", lines):
        if re.search(r"No \S+ host key is known", text):
            return Problem("has an unknown host key", Retry.NEVER, unknown_key=True)
        reason = f"has a different host key than at the first connection: if it was reinstalled, remove its line from {_record(text)}"
        return Problem(reason, Retry.NEVER)
    if failed := re.search(r"open failed: (?:connect failed: )?(.*)", text):
        return Problem(f"cannot reach {host.get('ansible_host')} port {host.get('ansible_port')}: {failed[1]}")
    # The output may also contain the jump host's login banner, so only known messages count.
    if problem := _login_problem(lines, host, "it", split_jump_host(jump)[0]):
        return Problem(f"does not forward the connection: {problem.reason}", problem.retry)
    if denied := _find(r"\S+: Permission denied.*", lines):
        return Problem(f"rejects the login ({denied}): it must accept the same key as the server", Retry.FEW)
    if unreached := _find(r"^(ssh: |Connection (timed out|closed by|reset by)).*", lines):
        return Problem(f"is unreachable: {unreached.removeprefix('ssh: ')}")
    return None


def _host_key_problem(text: str, ssh: Variables) -> Problem:
    other = "otherwise another machine answers at its address"
    if ssh.get("host_keys"):
        reason = f"its host key is not one of hostKeys: if the machine was reinstalled, correct hostKeys; {other}"
    elif ssh.get("known_hosts_file"):
        file = os.path.normpath(ssh["known_hosts_file"])
        reason = f"its host key is not the one in {file}: if the machine was reinstalled, correct this file; {other}"
    elif re.search(r"No \S+ host key is known", text):
        return Problem("this machine has no record of its host key", Retry.NEVER, unknown_key=True)
    else:
        remedy = f"change its generation, or remove its line from {_record(text)}"
        reason = f"its host key has changed since the first connection: if the machine was reinstalled, {remedy}; {other}"
    return Problem(reason, Retry.NEVER)


def _record(text: str) -> str:
    """The known_hosts file with the key that ssh expected."""
    known = re.search(r"Offending \S+ key in (.*):\d+", text)
    return os.path.normpath(known[1]) if known else "known_hosts"


def _find(pattern: str, lines: list[str]) -> str:
    return next((found[0] for line in lines if (found := re.search(pattern, line))), "")


def _lines(text: str) -> list[str]:
    return [line.strip("@ \t\r") for line in text.splitlines() if line.strip("@ \t\r")]
