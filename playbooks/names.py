#!/usr/bin/env python3
"""Resolves the names of servers before any server is touched.

MONITORING_NAMES lists each name with the setting that contains it: [{"name": …, "where": …}].
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True  # this folder is hashed and copied

from controller import environment


def main() -> int:
    """Prints all names that cannot be resolved. Returns 1 if there are any, otherwise 0."""
    settings: dict[str, list[str]] = {}
    for entry in json.loads(os.environ["MONITORING_NAMES"]):
        settings.setdefault(entry["name"], []).append(entry["where"])
    with ThreadPoolExecutor(max_workers=16) as pool:
        problems = dict(zip(settings, pool.map(problem, settings)))
    for name, reason in problems.items():
        for setting in settings[name] if reason else []:
            print(f'{setting}: cannot resolve "{name}" ({reason}): correct the name or use an IP address', file=sys.stderr)
    return 1 if any(problems.values()) else 0


def problem(name: str) -> str | None:
    """Why this machine cannot resolve a name. None if it can, or if ssh lets a proxy resolve the name."""
    options = ssh_options(name)
    if "proxyjump" in options or "proxycommand" in options:
        return None
    try:
        socket.getaddrinfo(options.get("hostname", name), None)
    except (OSError, UnicodeError) as error:
        return getattr(error, "strerror", None) or str(error)
    return None


def ssh_options(name: str) -> dict[str, str]:
    """The options for a host in the user's SSH configuration, where the name may be an alias. Empty without ssh."""
    try:
        command = ["ssh", "-G", "--", name]
        output = subprocess.run(command, capture_output=True, text=True, check=False, env=environment.clean()).stdout
    except OSError:
        return {}
    return dict(line.split(" ", 1) for line in output.splitlines() if " " in line)


if __name__ == "__main__":
    sys.exit(main())
