"""Records on which servers each component was deployed by its last successful run.

The next move reads this record. The playbooks search all members for a component's data; the record tells them which servers
must answer, and which server left the monitoring together with the data. Each component has its own file, because runs
execute in parallel.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .contract import CLEANUP, PLACEMENTS
from .files import write_atomically
from .inventory import Run


def read(state: Path, component: str) -> dict[str, str]:
    """The servers of a component and their machine keys; empty if there is no readable record."""
    try:
        return dict(json.loads((state / PLACEMENTS / f"{component}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def record(state: Path, run: Run) -> None:
    """Updates the record after a run succeeded on all its hosts.

    The cleanup run knows all components and deletes the records of components that are deployed nowhere.
    """
    folder = state / PLACEMENTS
    if run.component and not run.variables["monitoring_run"].get("agent"):
        folder.mkdir(exist_ok=True)
        servers = {name: machine_key(host) for name, host in sorted(run.hosts.items())}
        write_atomically(folder / f"{run.name}.json", json.dumps(servers, indent=2) + "\n")
    elif run.name == CLEANUP:
        deployed = {kind for host in run.hosts.values() for kind in (run.variables | host).get("monitoring_components", [])}
        for file in folder.glob("*.json"):
            if file.stem not in deployed:
                file.unlink()


def machine_key(host: dict[str, Any]) -> str:
    """Identifies a machine by its SSH address, not its name. `machineKey` in lib/inventory/leave.ts returns the same value."""
    jump = (host.get("monitoring_ssh") or {}).get("jump_host")
    return " ".join([*([jump] if jump else []), str(host["ansible_host"]), str(host["ansible_port"])])
