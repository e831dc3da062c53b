"""The docker command, and what is to be known of the engine behind it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from typing import Any, Optional, Sequence

from common import Failure

OWNER = "cdktf-monitoring.owner"
SERVER = "cdktf-monitoring.server"
NETWORK = "cdktf-monitoring.network"

# The names by which the engine knows processors, and those that Debian uses.
ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Engine:
    cgroup: int
    architecture: str


def docker(*arguments: str, stdin: Optional[str] = None, timeout: Optional[float] = None) -> str:
    """Runs docker and returns what it prints. Raises a Failure with docker's words where it fails."""
    result = attempt(*arguments, stdin=stdin, timeout=timeout)
    if result.returncode != 0:
        raise Failure(f"docker {' '.join(arguments[:2])} failed: {result.stderr.strip() or result.stdout.strip()}")
    return result.stdout


def attempt(
    *arguments: str, stdin: Optional[str] = None, timeout: Optional[float] = None
) -> "subprocess.CompletedProcess[str]":
    """Runs docker, whatever its exit status. Raises a Failure only where no engine can be reached."""
    try:
        result = subprocess.run(
            ["docker", *arguments],
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            timeout=timeout,
        )
    except FileNotFoundError:
        raise Failure(
            "there is no docker command: install Docker (Debian and Ubuntu: apt-get install docker.io; others: "
            "https://docs.docker.com/engine/install/)"
        ) from None
    except subprocess.TimeoutExpired:
        raise Failure(f"docker {' '.join(arguments[:2])} gave no answer in {timeout:.0f} s") from None
    if result.returncode != 0:
        check_reachable(result.stderr)
    return result


def check_reachable(stderr: str) -> None:
    where = os.environ.get("DOCKER_HOST") or "its default socket"
    if re.search(r"permission denied while trying to connect", stderr, re.I):
        raise Failure(
            f"you may not use the Docker engine at {where}: add yourself to its group "
            "(sudo usermod -aG docker $USER), log in again, and repeat this"
        )
    if re.search(r"cannot connect to the docker daemon|error during connect|failed to connect to the docker", stderr, re.I):
        raise Failure(
            f"no Docker engine answers at {where}: start it (systemctl start docker, or Docker Desktop; in a clone of the project, npm run up does) "
            f"and repeat this\n  docker said: {stderr.strip().splitlines()[0]}"
        )


def describe_engine() -> Engine:
    info = json.loads(docker("info", "--format", "{{json .}}"))
    # An unreachable engine is an empty answer and exit status 0 to some clients.
    if not info.get("ServerVersion"):
        check_reachable("cannot connect to the docker daemon: " + "; ".join(info.get("ServerErrors") or ["no answer"]))
    if info.get("OSType") != "linux":
        raise Failure(f"the Docker engine runs {info.get('OSType')} containers: switch it to Linux containers")
    return Engine(
        cgroup=2 if str(info.get("CgroupVersion")) == "2" else 1,
        architecture=ARCHITECTURES.get(str(info.get("Architecture")), str(info.get("Architecture"))),
    )


def inspect(kind: str, *names: str) -> list[dict[str, Any]]:
    """What the engine knows of these objects; those that don't exist are left out."""
    if not names:
        return []
    result = attempt(kind, "inspect", *names)
    if result.returncode != 0 and not re.search(r"no such|not found", result.stderr, re.I):
        raise Failure(f"docker {kind} inspect {' '.join(names)} failed: {result.stderr.strip()}")
    found: list[dict[str, Any]] = json.loads(result.stdout or "[]")
    return found


def labels(kind: str, described: dict[str, Any]) -> dict[str, str]:
    held = described.get("Config", {}) if kind == "container" else described
    return held.get("Labels") or {}


def owned(kind: str, name: str, owner: str) -> Optional[dict[str, Any]]:
    """The object of that name if it is ours, None if there is none. Raises a Failure if it is somebody else's."""
    for described in inspect(kind, name):
        other = labels(kind, described).get(OWNER)
        if other == owner:
            return described
        remove = f"docker {kind} rm {'--force ' if kind == 'container' else ''}{name}"
        raise Failure(
            f"the {kind} {name} belongs to {f'the project at {other}' if other else 'something else on this machine'}, "
            f"not to {owner}: give this project another prefix (or take the {kind} away, if nobody needs it: {remove})"
        )
    return None


def listed(kind: str, *filters: str) -> list[str]:
    """Names of the objects to which all filters apply."""
    flags = [word for each in filters for word in ("--filter", each)]
    if kind == "container":
        return docker("ps", "--all", *flags, "--format", "{{.Names}}").split()
    return docker(kind, "ls", *flags, "--format", "{{.Name}}").split()
