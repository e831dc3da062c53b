"""Hands the firewall's rules to every run, for each one applies them before it opens a port."""

from __future__ import annotations

import ipaddress

from .errors import RunError
from .inventory import GROUP, Run, Variables

NAME = "firewall"


def add(run: Run, inventory: Variables) -> None:
    """Adds to a run's hosts what the run of the firewall has for them; the run's own fingerprints do not see it."""
    if GROUP + NAME not in (inventory.get("all", {}).get("children") or {}):
        return
    firewall = Run.of(inventory, NAME)
    for host in sorted(run.hosts.keys() & firewall.hosts.keys()):
        rules = {**firewall.variables, **firewall.own[host]}
        _check(host, rules)
        run.hosts[host].update(
            {name: value for name, value in rules.items() if name.startswith(f"{NAME}_")},
            monitoring_firewall_fingerprint=firewall.fingerprint(host, {}),
        )


def _check(host: str, rules: Variables) -> None:
    """Refuses names among the sources: at boot, when the rules are loaded, nobody can resolve them."""
    ssh = rules.get("firewall_ssh")
    for port in [*rules.get("firewall_ports", []), *rules.get("firewall_open", []), *([{**ssh, "name": "ssh"}] if ssh else [])]:
        for source in port["sources"]:
            try:
                ipaddress.ip_network(source, strict=False)
            except ValueError:
                raise RunError(
                    f'the firewall of "{host}" is to admit "{source}" to port {port["port"]} ({port["name"]}), which is neither an'
                    " address nor a CIDR block: give the server that it stands for by its IP address"
                ) from None
