#!/usr/bin/env python3
"""Creates and destroys local servers: Docker containers that boot systemd and sshd. Terraform's provisioners call it.

  containers.py network create|destroy   LOCAL_NETWORK={"name", "subnet", "gateway", "docker_host"?}
  containers.py server  create|destroy   LOCAL_SERVER={"network", "container", "name", "address", "publish"?, "debian"?, "memory"?,
                                         "docker_host"?}
  containers.py image [RELEASE]          builds the base image of a release of Debian if it is missing, and prints its tag

MONITORING_STATE is the stack's private state folder. It contains the SSH key and the servers' host keys, and its path marks
the containers, networks and volumes of the stack. With LOCAL_KEEP_DATA=1, data volumes remain when servers are destroyed.
docker_host in the JSON takes precedence over DOCKER_HOST.
"""

from __future__ import annotations

import sys

# This folder is a Terraform asset, so running it must not change its hash.
sys.dont_write_bytecode = True

import json
import os
from pathlib import Path
from typing import Any

from common import Failure, Interrupted, log, raise_on_signals
from engine import describe_engine
from image import DEFAULT_RELEASE, ensure_image
from network import Network, create_network, destroy_network
from server import Server, create_server, destroy_server


def main(arguments: "list[str]") -> int:
    """Runs the command line, and returns the exit status."""
    raise_on_signals()
    command = " ".join(arguments)
    try:
        if arguments[:1] == ["image"] and len(arguments) <= 2:
            print(ensure_image(describe_engine(), *arguments[1:]))
        elif command in ("network create", "network destroy"):
            _network(arguments[1])
        elif command in ("server create", "server destroy"):
            _server(arguments[1])
        else:
            print(__doc__.strip(), file=sys.stderr)
            return 2
    except Failure as failure:
        log(f"error: {failure}")
        return 1
    except Interrupted as signal:
        log(f"{command}: interrupted by {signal}; run it again to replace the unfinished parts")
        return 130
    return 0


def _network(verb: str) -> None:
    settings = _settings("LOCAL_NETWORK", ("name", "subnet", "gateway"))
    network = Network(settings["name"], settings["subnet"], settings["gateway"])
    owner = _owner()
    if verb == "create":
        create_network(network, str(owner))
    else:
        destroy_network(network, str(owner))


def _server(verb: str) -> None:
    # When Terraform destroys a server, it passes only its names.
    required = ("network", "container", "name", *(("address",) if verb == "create" else ()))
    settings = _settings("LOCAL_SERVER", required)
    server = Server(
        network=settings["network"],
        container=settings["container"],
        name=settings["name"],
        address=settings.get("address", ""),
        publish={int(inside): int(outside) for inside, outside in (settings.get("publish") or {}).items()},
        debian=settings.get("debian", DEFAULT_RELEASE),
        memory=settings.get("memory"),
    )
    if verb == "create":
        create_server(server, _owner())
    else:
        destroy_server(server, _owner(), _keep_data())


def _settings(variable: str, required: "tuple[str, ...]") -> "dict[str, Any]":
    """Reads the JSON object in an environment variable, and sets DOCKER_HOST from it. Raises a Failure."""
    text = os.environ.get(variable)
    if not text:
        raise Failure(f"{variable} is not set: set it to a JSON object with {', '.join(required)}")
    try:
        settings = json.loads(text)
    except ValueError as error:
        raise Failure(f"{variable} is not JSON ({error}): {text}") from None
    missing = [key for key in required if not isinstance(settings, dict) or not isinstance(settings.get(key), str)]
    if missing:
        raise Failure(f"{variable} has no {', '.join(missing)}: {text}")
    if settings.get("docker_host"):
        os.environ["DOCKER_HOST"] = settings["docker_host"]
    return dict(settings)


def _owner() -> Path:
    state = os.environ.get("MONITORING_STATE")
    if not state:
        raise Failure("MONITORING_STATE is not set: set it to the stack's private state folder")
    return Path(os.path.realpath(state))


def _keep_data() -> bool:
    return os.environ.get("LOCAL_KEEP_DATA") == "1"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
