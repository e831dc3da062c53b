"""Explains why a server is unreachable, because ssh's output is long and does not contain the errors of a jump host."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

Variables = dict[str, Any]


def explain(message: str, host: Variables, jump_log: Path) -> str:
    """The reason and how to fix it if both are known, otherwise ssh's output.

    message: ssh's output for the server. jump_log: the file with the last error output of the jump host's ssh.
    """
    ssh = host.get("monitoring_ssh") or {}
    if ssh.get("jump_host"):
        log = jump_log.read_text(encoding="utf-8", errors="replace") if jump_log.exists() else ""
        if reason := _jump_host_problem(_lines(log), host):
            return f"jump host {ssh['jump_host']} {reason}"
    lines = _lines(message)
    if _find("Host key verification failed", lines):
        return _host_key_problem(ssh)
    if denied := _find(r"\S+: Permission denied.*", lines):
        return (
            f'user "{host.get("ansible_user")}" cannot log in ({denied}): '
            "add the public key to the user's ~/.ssh/authorized_keys, or correct user or keyFile"
        )
    return "\n".join(lines)


def _jump_host_problem(lines: list[str], host: Variables) -> str:
    """What is wrong with the jump host; empty if it forwarded the connection."""
    text = "\n".join(lines)
    if _find("Host key verification failed", lines):
        known = re.search(r"Offending \S+ key in (.*):\d+", text)
        file = os.path.normpath(known[1]) if known else "known_hosts"
        return f"has a different host key than at the first connection: if it was reinstalled, remove its line from {file}"
    if denied := _find(r"\S+: Permission denied.*", lines):
        return f"rejects the login ({denied}): it must accept the same key as the server"
    if failed := re.search(r"open failed: (?:connect failed: )?(.*)", text):
        return f"cannot reach {host.get('ansible_host')} port {host.get('ansible_port')}: {failed[1]}"
    # The output may also contain the jump host's login banner, so only known messages count.
    if unreached := _find(r"^(ssh: |kex_exchange_identification: |Connection (timed out|closed by|reset by)).*", lines):
        return f"is unreachable: {unreached.removeprefix('ssh: ')}"
    return ""


def _host_key_problem(ssh: Variables) -> str:
    other = "otherwise another machine answers at its address"
    if ssh.get("host_keys"):
        return f"its host key is not one of hostKeys: if the machine was reinstalled, correct hostKeys; {other}"
    if ssh.get("known_hosts_file"):
        file = os.path.normpath(ssh["known_hosts_file"])
        return f"its host key is not the one in {file}: if the machine was reinstalled, correct this file; {other}"
    return f"its host key has changed since the first connection: if the machine was reinstalled, change its generation; {other}"


def _find(pattern: str, lines: list[str]) -> str:
    return next((found[0] for line in lines if (found := re.search(pattern, line))), "")


def _lines(text: str) -> list[str]:
    return [line.strip("@ \t\r") for line in text.splitlines() if line.strip("@ \t\r")]
