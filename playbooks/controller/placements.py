"""Where each component was when its last run had succeeded: this machine's own note, for the next move.

The playbooks ask the servers themselves. The note only says of whom they must not do without an answer, and which server
left the monitoring together with the data that were to come from it. A file for each kind, for runs go at the same time.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .inventory import Run

FOLDER = "placements"
# The run that goes last, and knows what is to be on every server.
LAST = "reconcile"


def read(state: Path, kind: str) -> dict[str, str]:
    """The servers of a kind and their machines; empty where nothing was noted."""
    try:
        return dict(json.loads((state / FOLDER / f"{kind}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def note(state: Path, run: Run) -> None:
    """Notes what a run that succeeded as a whole has settled."""
    folder = state / FOLDER
    if run.component and not run.variables["monitoring_run"].get("agent"):
        folder.mkdir(exist_ok=True)
        partial = folder / f"{run.name}.part"
        partial.write_text(json.dumps({name: machine(host) for name, host in sorted(run.hosts.items())}, indent=2) + "\n", encoding="utf-8")
        partial.replace(folder / f"{run.name}.json")
    elif run.name == LAST:
        placed = {kind for host in run.hosts.values() for kind in (run.variables | host).get("monitoring_components", [])}
        for file in folder.glob("*.json"):
            if file.stem not in placed:
                file.unlink()


def machine(host: dict[str, Any]) -> str:
    """What tells a machine from others, whatever it is called, as lib/departure.ts has it."""
    jump = (host.get("monitoring_ssh") or {}).get("jump_host")
    return " ".join([*([jump] if jump else []), str(host["ansible_host"]), str(host["ansible_port"])])
