"""Why a server could not be reached, for people: what ssh says is long, and of a jump host it says nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

Variables = dict[str, Any]


def explain(message: str, host: Variables, jump_log: Path) -> str:
    """The reason and the remedy where they are known, else what ssh said.

    jump_log: what the jump host's own ssh said last.
    """
    ssh = host.get("monitoring_ssh") or {}
    if ssh.get("jump_host"):
        reason = _of_jump_host(_lines(jump_log.read_text(encoding="utf-8", errors="replace") if jump_log.exists() else ""), host)
        if reason:
            return f"the jump host {ssh['jump_host']} {reason}"
    lines = _lines(message)
    if _find("Host key verification failed", lines):
        return f"its host key is {_expected_key(ssh)}"
    if denied := _find(r"\S+: Permission denied.*", lines):
        return (
            f"it does not let the user {host.get('ansible_user')} in ({denied}): "
            "add the public key to that user's ~/.ssh/authorized_keys, or correct user and keyFile"
        )
    return "\n".join(lines)


def _of_jump_host(lines: list[str], host: Variables) -> str:
    """What is the matter with the jump host; empty where it did its part."""
    text = "\n".join(lines)
    if _find("Host key verification failed", lines):
        known = re.search(r"Offending \S+ key in (.*):\d+", text)
        where = os.path.normpath(known[1]) if known else "known_hosts"
        return f"does not show the host key that was seen first: if it was installed anew, remove its line from {where}"
    if denied := _find(r"\S+: Permission denied.*", lines):
        return f"does not let us in ({denied}): it must accept the same key as the server"
    if failed := re.search(r"open failed: (?:connect failed: )?(.*)", text):
        return f"cannot reach {host.get('ansible_host')} at port {host.get('ansible_port')}: {failed[1]}"
    # A jump host's greeting stands among its ssh's words too, so that only what is known counts.
    if unreached := _find(r"^(ssh: |kex_exchange_identification: |Connection (timed out|closed by|reset by)).*", lines):
        return f"cannot be reached: {unreached.removeprefix('ssh: ')}"
    return ""


def _expected_key(ssh: Variables) -> str:
    other = "otherwise something else answers at its address"
    if ssh.get("host_keys"):
        return f"none of those that hostKeys names: correct them if the machine was installed anew, {other}"
    if ssh.get("known_hosts_file"):
        return f"not that in {os.path.normpath(ssh['known_hosts_file'])}: {other}"
    return f"not the one that was seen first: if the machine was installed anew, change its generation, {other}"


def _find(pattern: str, lines: list[str]) -> str:
    return next((found[0] for line in lines if (found := re.search(pattern, line))), "")


def _lines(text: str) -> list[str]:
    return [line.strip("@ \t\r") for line in text.splitlines() if line.strip("@ \t\r")]
