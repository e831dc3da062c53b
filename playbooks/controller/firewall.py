"""Hands the firewall's rules to every run, for each one applies them before it opens a port."""

from __future__ import annotations

from .inventory import GROUP, Run, Variables

NAME = "firewall"


def add(run: Run, inventory: Variables) -> None:
    """Adds to a run's hosts what the run of the firewall has for them; the run's own fingerprints do not see it."""
    if GROUP + NAME not in (inventory.get("all", {}).get("children") or {}):
        return
    firewall = Run.of(inventory, NAME)
    for host in run.hosts.keys() & firewall.hosts.keys():
        rules = {**firewall.variables, **firewall.own[host]}
        run.hosts[host].update(
            {name: value for name, value in rules.items() if name.startswith(f"{NAME}_")},
            monitoring_firewall_fingerprint=firewall.fingerprint(host, {}),
        )
