"""The inventory as Terraform renders it, and the part of it that one run consumes."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from . import ssh
from .errors import RunError

Variables = dict[str, Any]
GROUP = "run_"  # what the name of a run's group begins with: no server can be called like that


def decode(encoded: str) -> Variables:
    """Reads the inventory that Terraform hands over: base64 of gzip of JSON."""
    try:
        return dict(json.loads(gzip.decompress(base64.b64decode(encoded, validate=True))))
    except (binascii.Error, OSError, EOFError, ValueError) as error:
        raise RunError(f"MONITORING_INVENTORY is not an inventory ({error}): start runs by cdktf deploy, or one of them by play") from error


@dataclass
class Run:
    """One run: its group's variables, and the hosts that belong to it."""

    name: str
    variables: Variables
    common: Variables
    hosts: dict[str, Variables]
    """All that is known of each host: how it is reached, and what this run has for it."""
    own: dict[str, Variables] = field(default_factory=dict)
    """What this run has for each host, and nothing else."""

    @classmethod
    def of(cls, inventory: Variables, name: str) -> Run:
        """Picks a run from the inventory."""
        everything = inventory.get("all", {})
        groups = everything.get("children") or {}
        if GROUP + name not in groups:
            known = ", ".join(sorted(group.removeprefix(GROUP) for group in groups))
            raise RunError(f'no run "{name}": there are {known or "none"}')
        group = groups[GROUP + name] or {}
        own = {host: variables or {} for host, variables in (group.get("hosts") or {}).items()}
        reached = everything.get("hosts") or {}
        if unknown := sorted(set(own) - set(reached)):
            raise RunError(f'the run "{name}" wants hosts that the inventory does not have: {", ".join(unknown)}')
        return cls(
            name=name,
            variables=group.get("vars") or {},
            common=everything.get("vars") or {},
            hosts={host: {**(reached[host] or {}), **variables} for host, variables in own.items()},
            own=own,
        )

    @property
    def component(self) -> bool:
        """Whether it installs one of our components."""
        return bool(self.variables.get("monitoring_run", {}).get("component"))

    @property
    def playbook(self) -> str | None:
        """The playbook's file name."""
        return self.variables.get("monitoring_run", {}).get("playbook")

    @property
    def artifacts(self) -> list[Variables]:
        """The archives that it installs, with the place that the inventory names for all."""
        location = self.common.get("monitoring_artifact_location")
        requests = self.variables.get("monitoring_artifacts") or []
        return [{**request, **({"location": location} if location else {})} for request in requests]

    @property
    def secrets(self) -> list[Variables]:
        """Where the controller finds its secrets."""
        return self.variables.get("monitoring_secrets") or []

    def fingerprint(self, host: str, secrets: dict[str, bytes]) -> str:
        """What the marker on the host is compared with: it changes with anything that the run consumes there.

        secrets: a key for each secret, derived from its value.
        """
        server = self.hosts[host].get("monitoring_server", {})
        # Together, for where a variable stands may change when other hosts come and go.
        consumed: list[Any] = [{**self.variables, **self.own[host]}, server]
        digest = hashlib.sha256(json.dumps(consumed, sort_keys=True, separators=(",", ":")).encode())
        for name, key in sorted(secrets.items()):
            # By server, so that the markers of two servers do not tell that they share a secret.
            keyed = hashlib.blake2b(f"{host}\0{server.get('id', '')}".encode(), key=key, digest_size=32)
            digest.update(f"\0{name}\0{keyed.hexdigest()}".encode())
        return digest.hexdigest()

    def ansible_inventory(self, fingerprints: dict[str, str], places: ssh.Places) -> Variables:
        """The inventory for Ansible: this run's group only, for variables of a host are the same in all groups."""
        hosts = {
            host: {
                **variables,
                **ssh.variables(host, variables, places),
                "monitoring_fingerprint": fingerprints[host],
            }
            for host, variables in self.hosts.items()
        }
        group = {"hosts": {host: {} for host in hosts}, "vars": self.variables}
        return {"all": {"vars": self.common, "hosts": hosts, "children": {GROUP + self.name: group}}}


def known_hosts_lines(hosts: dict[str, Variables]) -> list[str]:
    """The keys of hosts that the inventory itself names, under the hosts' aliases."""
    lines = []
    for host, variables in sorted(hosts.items()):
        access = variables.get("monitoring_ssh") or {}
        lines += [f"{access.get('alias') or host} {key}" for key in access.get("host_keys") or []]
    return lines
