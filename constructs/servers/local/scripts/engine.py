"""Calls the docker command, and reads facts about the Docker engine."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from typing import Any, Callable, Optional

from common import Failure

# Labels of the project's containers, networks and volumes. The owner is the path of the stack's state folder.
OWNER = "cdktf-monitoring.owner"
SERVER = "cdktf-monitoring.server"
NETWORK = "cdktf-monitoring.network"

# Debian's name of each CPU architecture, by the engine's name.
ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Engine:
    """Facts about the Docker engine."""

    cgroup: int
    """Version of the control groups: 1 or 2."""
    architecture: str
    """Debian's name of the CPU architecture."""


def environment() -> "dict[str, str]":
    """The environment of docker: the user's, without settings of another engine or of images for another architecture."""
    ignored = {"DOCKER_DEFAULT_PLATFORM"}
    if os.environ.get("DOCKER_HOST"):
        # A context would take precedence over the chosen engine.
        ignored.add("DOCKER_CONTEXT")
    if os.environ.get("DOCKER_HOST", "").startswith("unix:"):
        ignored |= {"DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"}
    return {name: value for name, value in os.environ.items() if name not in ignored}


def docker(*arguments: str, stdin: Optional[str] = None, timeout: Optional[float] = None) -> str:
    """Runs docker and returns its output. Raises a Failure with docker's message if it fails."""
    result = attempt(*arguments, stdin=stdin, timeout=timeout)
    if result.returncode != 0:
        raise Failure(f"docker {' '.join(arguments[:2])} failed: {result.stderr.strip() or result.stdout.strip()}")
    return result.stdout


def attempt(
    *arguments: str, stdin: Optional[str] = None, timeout: Optional[float] = None
) -> "subprocess.CompletedProcess[str]":
    """Runs docker and returns its result with any exit status. Raises a Failure only if no engine is reachable."""
    try:
        result = subprocess.run(
            ["docker", *arguments],
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            timeout=timeout,
            env=environment(),
        )
    except FileNotFoundError:
        raise Failure(
            "docker is not installed: install Docker (Debian and Ubuntu: apt-get install docker.io; others: "
            "https://docs.docker.com/engine/install/)"
        ) from None
    except subprocess.TimeoutExpired:
        raise Failure(f"docker {' '.join(arguments[:2])} did not answer within {timeout:.0f} s") from None
    if result.returncode != 0:
        check_reachable(result.stderr)
    return result


def check_reachable(stderr: str) -> None:
    """Raises a Failure if docker's error output means that the engine is unreachable or that the user may not use it."""
    where = os.environ.get("DOCKER_HOST") or "its default socket"
    if re.search(r"permission denied while trying to connect", stderr, re.I):
        raise Failure(
            f"you may not use the Docker engine at {where}: add yourself to its group "
            "(sudo usermod -aG docker $USER), log in again, and run this again"
        )
    if re.search(r"cannot connect to the docker daemon|error during connect|failed to connect to the docker", stderr, re.I):
        raise Failure(
            f"no Docker engine answers at {where}: start it (systemctl start docker, or Docker Desktop; in a clone of the project, npm run up does) "
            f"and run this again\n  docker: {stderr.strip().splitlines()[0]}"
        )


def describe_engine() -> Engine:
    """Reads the facts about the engine. Raises a Failure if it is unreachable or does not run Linux containers."""
    info = json.loads(docker("info", "--format", "{{json .}}"))
    # Some clients return an empty answer and exit status 0 if the engine is unreachable.
    if not info.get("ServerVersion"):
        check_reachable("cannot connect to the docker daemon: " + "; ".join(info.get("ServerErrors") or ["no answer"]))
    if info.get("OSType") != "linux":
        raise Failure(f"the Docker engine runs {info.get('OSType')} containers: switch it to Linux containers")
    return Engine(
        cgroup=2 if str(info.get("CgroupVersion")) == "2" else 1,
        architecture=ARCHITECTURES.get(str(info.get("Architecture")), str(info.get("Architecture"))),
    )


def inspect(kind: str, *names: str) -> list[dict[str, Any]]:
    """The engine's descriptions of the named objects that exist."""
    if not names:
        return []
    result = attempt(kind, "inspect", *names)
    if result.returncode != 0 and not re.search(r"no such|not found", result.stderr, re.I):
        raise Failure(f"docker {kind} inspect {' '.join(names)} failed: {result.stderr.strip()}")
    found: list[dict[str, Any]] = json.loads(result.stdout or "[]")
    return found


def labels(kind: str, described: dict[str, Any]) -> dict[str, str]:
    """The labels in the description of an object."""
    held = described.get("Config", {}) if kind == "container" else described
    return held.get("Labels") or {}


def owned(kind: str, name: str, owner: str, alternative: Callable[[], str]) -> Optional[dict[str, Any]]:
    """The description of an object, None if it does not exist. Raises a Failure if it has another owner.

    alternative: returns the settings that avoid the conflict, for the message.
    """
    for described in inspect(kind, name):
        other = labels(kind, described).get(OWNER)
        if other == owner:
            return described
        remove = f"docker {kind} rm {'--force ' if kind == 'container' else ''}{name}"
        raise Failure(
            f"the {kind} {name} belongs to {f'the project at {other}' if other else 'another program on this machine'}, "
            f"not to {owner}: {alternative()}, or remove the {kind} if it is unused ({remove})"
        )
    return None


def listed(kind: str, *filters: str) -> list[str]:
    """The names of the objects that match all filters."""
    flags = [word for each in filters for word in ("--filter", each)]
    if kind == "container":
        return docker("ps", "--all", *flags, "--format", "{{.Names}}").split()
    return docker(kind, "ls", *flags, "--format", "{{.Name}}").split()


def free_prefix(taken: str) -> str:
    """A prefix that no container, network or volume has."""
    names = [name for kind in ("container", "network", "volume") for name in listed(kind)]
    number = 2
    while any(name == f"{taken}{number}" or name.startswith(f"{taken}{number}-") for name in names):
        number += 1
    return f"{taken}{number}"
