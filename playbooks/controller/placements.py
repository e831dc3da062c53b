"""Where each component was when all was as it should be: this machine's own note, for the next move.

The playbooks ask the servers themselves. The note only says of whom they must not do without an answer, and which server
left the monitoring together with the data that were to come from it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .inventory import Run

# The run that goes last, and knows what is to be on every server.
LAST = "reconcile"
FILE = "placements.json"


def read(state: Path) -> dict[str, dict[str, str]]:
    """By kind, the servers and their machines; empty where nothing was noted."""
    try:
        return dict(json.loads((state / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def note(state: Path, run: Run) -> None:
    """Notes what is placed, after the last run succeeded."""
    placed: dict[str, dict[str, str]] = {}
    for name, host in sorted(run.hosts.items()):
        for kind in (run.variables | host).get("monitoring_components", []):
            placed.setdefault(kind, {})[name] = machine(host)
    partial = state / f"{FILE}.part"
    partial.write_text(json.dumps(placed, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    partial.replace(state / FILE)


def machine(host: dict[str, Any]) -> str:
    """What tells a machine from others, whatever it is called, as lib/departure.ts has it."""
    jump = (host.get("monitoring_ssh") or {}).get("jump_host")
    return " ".join([*([jump] if jump else []), str(host["ansible_host"]), str(host["ansible_port"])])
