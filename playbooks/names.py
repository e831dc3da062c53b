#!/usr/bin/env python3
"""Looks up the names by which servers are reached, before any of them is touched.

MONITORING_NAMES holds them with the places where they were written: [{"name": …, "where": …}].
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor


def main() -> int:
    """Names all that are unknown."""
    places: dict[str, list[str]] = {}
    for wanted in json.loads(os.environ["MONITORING_NAMES"]):
        places.setdefault(wanted["name"], []).append(wanted["where"])
    with ThreadPoolExecutor(max_workers=16) as pool:
        problems = list(pool.map(problem, places))
    for name, found in zip(places, problems):
        if found:
            for where in places[name]:
                print(f'{where}: this machine does not know the name "{name}" ({found}): correct it, or write an IP address', file=sys.stderr)
    return 1 if any(problems) else 0


def problem(name: str) -> str | None:
    """Why a name cannot be looked up; None where it can, or ssh asks somebody else for it."""
    settings = ssh_settings(name)
    if "proxyjump" in settings or "proxycommand" in settings:
        return None
    try:
        socket.getaddrinfo(settings.get("hostname", name), None)
    except (OSError, UnicodeError) as error:
        return getattr(error, "strerror", None) or str(error)
    return None


def ssh_settings(name: str) -> dict[str, str]:
    """What the user's own SSH configuration makes of the name, for it may be an alias there."""
    try:
        said = subprocess.run(["ssh", "-G", "--", name], capture_output=True, text=True, check=False).stdout
    except OSError:
        return {}
    return dict(line.split(" ", 1) for line in said.splitlines() if " " in line)


if __name__ == "__main__":
    sys.exit(main())
