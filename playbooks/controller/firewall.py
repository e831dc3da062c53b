"""Adds the firewall rules to every run, because each run applies them before it opens a port."""

from __future__ import annotations

import ipaddress

from .contract import FIREWALL, GROUP_PREFIX
from .errors import RunError
from .inventory import Run, Variables


def add(run: Run, inventory: Variables) -> None:
    """Adds the firewall rules to the hosts of another run. The fingerprints of that run do not include the rules.

    Raises RunError if a rule allows a name instead of an address.
    """
    if GROUP_PREFIX + FIREWALL not in (inventory.get("all", {}).get("children") or {}):
        return
    firewall = Run.of(inventory, FIREWALL)
    for host in sorted(run.hosts.keys() & firewall.hosts.keys()):
        rules = {**firewall.variables, **firewall.host_variables[host]}
        _check_sources(host, rules)
        run.hosts[host].update(
            {name: value for name, value in rules.items() if name.startswith(f"{FIREWALL}_")},
            monitoring_firewall_fingerprint=firewall.fingerprint(host, {}),
        )


def _check_sources(host: str, rules: Variables) -> None:
    """Rejects names as sources, because names cannot be resolved at boot, when the rules are loaded."""
    ssh = rules.get("firewall_ssh")
    for port in [*rules.get("firewall_ports", []), *rules.get("firewall_open", []), *([{**ssh, "name": "ssh"}] if ssh else [])]:
        for source in port["sources"]:
            try:
                ipaddress.ip_network(source, strict=False)
            except ValueError:
                raise RunError(
                    f'firewall of "{host}": source "{source}" of port {port["port"]} ({port["name"]}) is not an address or a CIDR'
                    " block: declare the server behind this name by its IP address"
                ) from None
