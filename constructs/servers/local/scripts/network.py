"""The bridge network that a stack's local servers are on."""

from __future__ import annotations

import ipaddress
import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from common import Failure, say
from engine import NETWORK, OWNER, attempt, docker, inspect, labels, listed, owned


@dataclass(frozen=True)
class Network:
    name: str
    subnet: str
    gateway: str


def create_network(network: Network, owner: str) -> None:
    """Makes the network, or finds it as it should be."""
    present = owned("network", network.name, owner)
    if present is not None:
        if _address_plan(present) == (network.subnet, network.gateway):
            say(f"{network.name}: there already, {network.subnet}")
            return
        say(f"{network.name}: is {_address_plan(present)[0]}, has to become {network.subnet}: making it again")
        _remove(network.name, owner)
    _refuse_overlap(network)
    docker(
        *("network", "create", "--driver", "bridge"),
        *("--subnet", network.subnet, "--gateway", network.gateway),
        *("--label", f"{OWNER}={owner}", network.name),
    )
    say(f"{network.name}: made, {network.subnet}, gateway {network.gateway}")


def destroy_network(network: Network, owner: str) -> None:
    """Removes the network with whatever of ours is still on it.

    Data stays: the network may be on its way to another subnet. Volumes go with their servers.
    """
    for described in inspect("network", network.name):
        if labels("network", described).get(OWNER) != owner:
            say(f"{network.name}: belongs to another project, left alone")
            return
        _remove(network.name, owner)
        say(f"{network.name}: removed")


def _remove(name: str, owner: str) -> None:
    # Servers whose own removal never ran, for Terraform had lost them.
    for container in listed("container", f"label={OWNER}={owner}", f"label={NETWORK}={name}"):
        docker("rm", "--force", container)
        (Path(owner) / "known_hosts.d" / container).unlink(missing_ok=True)
        say(f"{container}: removed, its data is kept")
    result = attempt("network", "rm", name)
    if result.returncode != 0:
        others = [each["Name"] for net in inspect("network", name) for each in (net.get("Containers") or {}).values()]
        if others:
            raise Failure(f"the network {name} can't be removed: {', '.join(others)} is on it and not ours; disconnect it first")
        raise Failure(f"the network {name} can't be removed: {result.stderr.strip()}")


def _address_plan(described: dict[str, Any]) -> "tuple[Optional[str], Optional[str]]":
    for each in (described.get("IPAM") or {}).get("Config") or []:
        return each.get("Subnet"), each.get("Gateway")
    return None, None


def _refuse_overlap(network: Network) -> None:
    wanted = ipaddress.ip_network(network.subnet)
    bridges = set()
    for other in inspect("network", *listed("network")):
        bridges.add((other.get("Options") or {}).get("com.docker.network.bridge.name") or f"br-{other['Id'][:12]}")
        subnet = _address_plan(other)[0]
        if subnet and wanted.overlaps(ipaddress.ip_network(subnet)):
            owner = labels("network", other).get(OWNER)
            raise Failure(
                f"subnet {network.subnet} overlaps {subnet} of the Docker network {other['Name']}"
                f"{f' (project at {owner})' if owner else ''}: give this network another subnet, e.g. {_suggest(wanted)}"
            )
    for interface, route in _host_routes():
        if interface not in bridges and wanted.overlaps(route):
            raise Failure(
                f"subnet {network.subnet} overlaps {route}, which this machine reaches by its interface {interface}: "
                f"give this network another subnet, e.g. {_suggest(wanted)}"
                + (f" (a bridge of an engine that is gone: ip link delete {interface})" if interface.startswith("br-") else "")
            )


def _host_routes() -> "list[tuple[str, ipaddress.IPv4Network]]":
    """Routes of this machine but the default one; none where the engine is elsewhere or this isn't Linux."""
    table = Path("/proc/net/route")
    if not (os.environ.get("DOCKER_HOST") or "unix:").startswith("unix:") or not table.exists():
        return []
    routes = []
    for line in table.read_text().splitlines()[1:]:
        fields = line.split()
        address, mask = (struct.pack("<I", int(fields[index], 16)) for index in (1, 7))
        if any(mask):
            routes.append((fields[0], ipaddress.IPv4Network((address, str(ipaddress.IPv4Address(mask))))))
    return routes


def _suggest(wanted: "ipaddress.IPv4Network | ipaddress.IPv6Network") -> str:
    """The next subnet of that size in the range that no LAN uses."""
    benchmarks = ipaddress.IPv4Network("198.18.0.0/16")
    if isinstance(wanted, ipaddress.IPv4Network) and wanted.prefixlen > benchmarks.prefixlen:
        taken = [route for _, route in _host_routes()]
        for subnet in benchmarks.subnets(new_prefix=wanted.prefixlen):
            if subnet != wanted and not any(subnet.overlaps(each) for each in taken):
                return str(subnet)
    return "198.18.64.0/20"


def address_holder(network: str, address: str) -> Optional[str]:
    """The container on this network that has this address."""
    for described in inspect("network", network):
        for each in (described.get("Containers") or {}).values():
            if re.match(re.escape(address) + "/", each.get("IPv4Address") or ""):
                return str(each["Name"])
    return None
