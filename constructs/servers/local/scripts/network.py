"""The bridge network of a stack's local servers."""

from __future__ import annotations

import ipaddress
import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Union

from common import KNOWN_HOSTS_DIRECTORY, Failure, log
from engine import NETWORK, OWNER, attempt, docker, free_prefix, inspect, labels, listed, owned

IpNetwork = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


@dataclass(frozen=True)
class Network:
    """The settings of the network."""

    name: str
    subnet: str
    """CIDR block."""
    gateway: str
    """Address of this machine in the network."""


def create_network(network: Network, owner: str) -> None:
    """Creates the network, or replaces it if its subnet changed. Raises a Failure if its name or subnet is in use."""
    present = owned("network", network.name, owner, lambda: alternative(network.name, network.subnet))
    if present is not None:
        if _address_plan(present) == (network.subnet, network.gateway):
            log(f"{network.name}: exists, {network.subnet}")
            return
        log(f"{network.name}: replacing {_address_plan(present)[0]} with {network.subnet}")
        _remove(network.name, owner)
    _reject_overlap(network)
    docker(
        *("network", "create", "--driver", "bridge"),
        *("--subnet", network.subnet, "--gateway", network.gateway),
        *("--label", f"{OWNER}={owner}", network.name),
    )
    log(f"{network.name}: created, {network.subnet}, gateway {network.gateway}")


def destroy_network(network: Network, owner: str) -> None:
    """Removes the network and the stack's containers in it.

    Data volumes remain, because Terraform also destroys the network to change its subnet. A volume is removed with its server.
    """
    for described in inspect("network", network.name):
        if labels("network", described).get(OWNER) != owner:
            log(f"{network.name}: skipped, it belongs to another project")
            return
        _remove(network.name, owner)
        log(f"{network.name}: removed")


def _remove(name: str, owner: str) -> None:
    # Terraform never removed these servers, because they are missing from its state.
    for container in listed("container", f"label={OWNER}={owner}", f"label={NETWORK}={name}"):
        docker("rm", "--force", container)
        (Path(owner) / KNOWN_HOSTS_DIRECTORY / container).unlink(missing_ok=True)
        log(f"{container}: removed, data kept")
    result = attempt("network", "rm", name)
    if result.returncode != 0:
        others = [each["Name"] for net in inspect("network", name) for each in (net.get("Containers") or {}).values()]
        if others:
            raise Failure(f"cannot remove the network {name}, because other containers use it: disconnect {', '.join(others)}")
        raise Failure(f"cannot remove the network {name}: {result.stderr.strip()}")


def _address_plan(described: dict[str, Any]) -> "tuple[Optional[str], Optional[str]]":
    """Subnet and gateway of a network."""
    for each in (described.get("IPAM") or {}).get("Config") or []:
        return each.get("Subnet"), each.get("Gateway")
    return None, None


def _reject_overlap(network: Network) -> None:
    """Raises a Failure if the subnet overlaps another Docker network or a route of this machine."""
    wanted = ipaddress.ip_network(network.subnet)
    bridges = set()
    for other in inspect("network", *listed("network")):
        bridges.add((other.get("Options") or {}).get("com.docker.network.bridge.name") or f"br-{other['Id'][:12]}")
        subnet = _address_plan(other)[0]
        if subnet and wanted.overlaps(ipaddress.ip_network(subnet)):
            owner = labels("network", other).get(OWNER)
            raise Failure(
                f"subnet {network.subnet} overlaps {subnet} of the Docker network {other['Name']}"
                f"{f' (project at {owner})' if owner else ''}: {_alternative_subnet(wanted)}"
            )
    for interface, route in _host_routes():
        if interface not in bridges and wanted.overlaps(route):
            raise Failure(
                f"subnet {network.subnet} overlaps {route}, which this machine reaches through {interface}: "
                + _alternative_subnet(wanted)
                + (f" (if no Docker engine uses this bridge any more: ip link delete {interface})" if interface.startswith("br-") else "")
            )


def _host_routes() -> "list[tuple[str, ipaddress.IPv4Network]]":
    """Interface and destination of each route of this machine except the default route. Empty if the engine is remote or the system is not Linux."""
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


def alternative(name: str, subnet: str) -> str:
    """Asks for another prefix and subnet, and suggests free ones. The names of networks are prefixes."""
    free = _free_subnet(ipaddress.ip_network(subnet))
    return (
        f"give this project its own prefix and subnet, such as LOCAL_PREFIX={free_prefix(name)} LOCAL_SUBNET={free} "
        "(in your own code: prefix and subnet of LocalNetwork)"
    )


def _alternative_subnet(wanted: IpNetwork) -> str:
    return f"give this network another subnet, such as LOCAL_SUBNET={_free_subnet(wanted)} (in your own code: subnet of LocalNetwork)"


def _free_subnet(wanted: IpNetwork) -> str:
    """An unused subnet of the same size in 198.18.0.0/15, which is reserved for benchmarks."""
    benchmarks = ipaddress.IPv4Network("198.18.0.0/15")
    size = max(wanted.prefixlen, benchmarks.prefixlen + 1) if isinstance(wanted, ipaddress.IPv4Network) else 20
    taken = [route for _, route in _host_routes()]
    for described in inspect("network", *listed("network")):
        used = _address_plan(described)[0]
        if used and isinstance(ipaddress.ip_network(used), ipaddress.IPv4Network):
            taken.append(ipaddress.IPv4Network(used))
    free = (each for each in benchmarks.subnets(new_prefix=size) if each != wanted and not any(map(each.overlaps, taken)))
    return str(next(free, "198.19.240.0/20"))


def address_holder(network: str, address: str) -> Optional[str]:
    """The name of the container with this address in the network, if there is one."""
    for described in inspect("network", network):
        for each in (described.get("Containers") or {}).values():
            if re.match(re.escape(address) + "/", each.get("IPv4Address") or ""):
                return str(each["Name"])
    return None
