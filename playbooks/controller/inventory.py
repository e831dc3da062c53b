"""The inventory that Terraform renders, and the part of it that one run uses."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from . import ssh, templates
from .contract import GROUP_PREFIX
from .errors import RunError

Variables = dict[str, Any]


def decode(encoded: str) -> Variables:
    """Reads the inventory from MONITORING_INVENTORY: base64 of gzip of JSON. Raises RunError if it is malformed."""
    try:
        return parse(gzip.decompress(base64.b64decode(encoded, validate=True)).decode())
    except (binascii.Error, OSError, EOFError, ValueError) as error:
        raise RunError(f"MONITORING_INVENTORY is not an inventory ({error}): start runs by a deploy or with the command play") from error


def parse(text: str) -> Variables:
    """Reads the inventory from JSON, without the marks for Ansible. Raises ValueError if it is malformed."""
    return dict(templates.unmarked(json.loads(text)))


@dataclass
class Run:
    """One run: the variables of its inventory group, and its hosts."""

    name: str
    variables: Variables
    common: Variables
    """Variables of all hosts in all runs."""
    hosts: dict[str, Variables]
    """SSH access and variables of each host in this run."""
    host_variables: dict[str, Variables] = field(default_factory=dict)
    """Only the variables of each host in this run."""

    @classmethod
    def of(cls, inventory: Variables, name: str) -> Run:
        """Reads one run from the inventory. Raises RunError if the run or one of its hosts is missing."""
        everything = inventory.get("all", {})
        groups = everything.get("children") or {}
        if GROUP_PREFIX + name not in groups:
            known = ", ".join(sorted(group.removeprefix(GROUP_PREFIX) for group in groups))
            raise RunError(f'unknown run "{name}": known runs are {known or "none"}')
        group = groups[GROUP_PREFIX + name] or {}
        host_variables = {host: variables or {} for host, variables in (group.get("hosts") or {}).items()}
        members = everything.get("hosts") or {}
        if unknown := sorted(set(host_variables) - set(members)):
            raise RunError(f'run "{name}" has hosts that are missing in the inventory: {", ".join(unknown)}')
        return cls(
            name=name,
            variables=group.get("vars") or {},
            common=everything.get("vars") or {},
            hosts={host: {**(members[host] or {}), **variables} for host, variables in host_variables.items()},
            host_variables=host_variables,
        )

    @property
    def component(self) -> bool:
        """Whether the run installs a built-in component."""
        return bool(self.variables.get("monitoring_run", {}).get("component"))

    @property
    def playbook(self) -> str | None:
        """The playbook's file name."""
        return self.variables.get("monitoring_run", {}).get("playbook")

    @property
    def artifacts(self) -> list[Variables]:
        """The release archives that the run installs, with the location from the inventory, which applies to all archives."""
        location = self.common.get("monitoring_artifact_location")
        requests = self.variables.get("monitoring_artifacts") or []
        return [{**request, **({"location": location} if location else {})} for request in requests]

    @property
    def secrets(self) -> list[Variables]:
        """References to the secrets of the run."""
        return self.variables.get("monitoring_secrets") or []

    def certificate(self, host: str) -> Variables:
        """The variables of the component's certificate on a host; empty if the component needs none there."""
        return {**self.variables, **self.hosts[host]}.get("monitoring_certificate") or {}

    def fingerprint(self, host: str, secrets: dict[str, bytes], certificate: str = "") -> str:
        """SHA-256 over everything that the run uses on a host. The host's marker contains the last successful value.

        secrets: for each secret, a key derived from its value. certificate: the digest of the user's certificate for the host, if the
        user has a PKI.
        """
        server = self.hosts[host].get("monitoring_server", {})
        # Merged, because adding or removing other hosts may move a variable between the group and its hosts.
        used: list[Any] = [{**self.variables, **self.host_variables[host]}, server]
        digest = hashlib.sha256(json.dumps(used, sort_keys=True, separators=(",", ":")).encode())
        for name, key in sorted(secrets.items()):
            # Keyed per server, so that the markers of two servers do not reveal that they share a secret.
            keyed = hashlib.blake2b(f"{host}\0{server.get('id', '')}".encode(), key=key, digest_size=32)
            digest.update(f"\0{name}\0{keyed.hexdigest()}".encode())
        if certificate:
            digest.update(f"\0certificate\0{certificate}".encode())
        return digest.hexdigest()

    def ansible_inventory(self, fingerprints: dict[str, str], paths: ssh.Paths) -> Variables:
        """The inventory for Ansible. It contains only this run's group, because Ansible merges the variables of all groups.

        The only templates in it are those of ssh.variables.
        """
        hosts = {
            host: {
                **templates.literal(variables),
                **ssh.variables(host, variables, paths),
                "monitoring_fingerprint": fingerprints[host],
            }
            for host, variables in self.hosts.items()
        }
        group = {"hosts": {host: {} for host in hosts}, "vars": templates.literal(self.variables)}
        return {"all": {"vars": templates.literal(self.common), "hosts": hosts, "children": {GROUP_PREFIX + self.name: group}}}


def known_hosts(hosts: dict[str, Variables]) -> str:
    """The content of a known_hosts file with the host keys in the inventory, under the aliases of the hosts."""
    lines = []
    for host, variables in sorted(hosts.items()):
        access = variables.get("monitoring_ssh") or {}
        lines += [f"{access.get('alias') or host} {key}\n" for key in access.get("host_keys") or []]
    return "".join(lines)
