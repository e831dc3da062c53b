"""Tells each run which monitoring may change its servers, and which components must not meet software of others there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from .contract import FORMER_OWNERS, GROUP_PREFIX, OWNER
from .inventory import Run, Variables

TRANSFER = "CDKTF_MONITORING_TRANSFER"
COMPONENTS: dict[str, Any] = json.loads((Path(__file__).resolve().parents[1] / "components.json").read_text(encoding="utf-8"))


def variables(state: Path, common: Variables) -> Variables:
    """The variables with which a run checks the owner of a server.

    state: the stack's private folder. common: the variables of all hosts in the inventory.
    """
    others = (common.get("monitoring_owner") or {}).get("others") or []
    return {"monitoring_former_owners": former_owners(state, others), "monitoring_transfer": os.environ.get(TRANSFER, "")}


def former_owners(state: Path, others: list[str]) -> list[str]:
    """The ids of owners whose servers this monitoring takes over without being asked.

    They are its own ids before Terraform's state was lost or the monitoring was renamed, and those of other monitorings of the
    app that certainly have none of its servers any more, so that a server of theirs has moved.

    others: the paths of these monitorings, which begin with their stacks.
    """
    files = [state / FORMER_OWNERS, state / OWNER]
    for stack in {path.partition("/")[0] for path in others}:
        # A monitoring with an outputPrefix has its own folder.
        files += [folder / OWNER for folder in (state.parent / stack, *state.parent.glob(f"{stack}-*"))]
    ids: list[str] = []
    for file in files:
        if file.is_file():
            ids += file.read_text(encoding="utf-8").split()
    return list(dict.fromkeys(ids))


def _gateway_ports(groups: Variables, host: str, kind: str) -> list[int]:
    """The ports at which the gateway of a server serves a kind of component, which held them before it had a gateway."""
    group = groups.get(f"{GROUP_PREFIX}gateway") or {}
    variables = {**(group.get("vars") or {}), **((group.get("hosts") or {}).get(host) or {})}
    sites = [site for site in variables.get("gateway_sites") or [] if site["kind"] == kind]
    return [site[port] for site in sites for port in ("port", "web_port") if port in site]


def add(run: Run, inventory: Variables) -> None:
    """Adds the components on each server to the run's hosts, because all runs refuse a server where one of them would fail.

    The fingerprints of the run do not include them.
    """
    placed: dict[str, list[str]] = {host: [] for host in run.hosts}
    groups = inventory.get("all", {}).get("children") or {}
    for group in groups.values():
        common = group.get("vars") or {}
        run_of_group = common.get("monitoring_run") or {}
        kind = str(run_of_group.get("playbook")).removesuffix(".yml")
        if kind not in COMPONENTS or not run_of_group.get("component"):
            continue
        for host, own in (group.get("hosts") or {}).items():
            if host in placed:
                variables = {**common, **(own or {})}
                adopt = "adopt" if variables.get("monitoring_adopt") else "-"
                folder = f"/etc/{kind}" if COMPONENTS[kind]["configuration"] else "-"
                ports = [variables.get(f"{kind}_port", ""), *(variables.get(f"{kind}_name_ports") or {}).values()]
                ports += _gateway_ports(groups, host, kind)
                placed[host].append(f"{kind} {adopt} {folder} {' '.join(map(str, ports))}".rstrip())
    for host, kinds in placed.items():
        run.hosts[host]["monitoring_placed"] = sorted(kinds)
