#!/usr/bin/env python3
"""Local servers: Docker containers that boot systemd and sshd. Driven by Terraform's provisioners.

  containers.py network create|destroy   LOCAL_NETWORK={"name", "subnet", "gateway", "docker_host"?}
  containers.py server  create|destroy   LOCAL_SERVER={"network", "container", "name", "address", "publish"?, "memory"?, "docker_host"?}
  containers.py image                    makes sure that the base image exists, and prints its tag

MONITORING_STATE is the stack's private folder: it holds the SSH key, the servers' host keys, and is the owner's name on
everything made here. LOCAL_KEEP_DATA=1 keeps data volumes when servers are destroyed. DOCKER_HOST is honoured;
a docker_host in the JSON is preferred to it.
"""

from __future__ import annotations

import sys

# This folder is an asset: its content hash must not change by being run.
sys.dont_write_bytecode = True

import json
import os
from pathlib import Path
from typing import Any

from common import Failure, Interrupted, raise_on_signals, say
from engine import describe_engine
from image import ensure_image
from network import Network, create_network, destroy_network
from server import Server, create_server, destroy_server


def main(arguments: "list[str]") -> int:
    raise_on_signals()
    what = " ".join(arguments)
    try:
        if what == "image":
            print(ensure_image(describe_engine()))
        elif what in ("network create", "network destroy"):
            _network(arguments[1])
        elif what in ("server create", "server destroy"):
            _server(arguments[1])
        else:
            print(__doc__.strip(), file=sys.stderr)
            return 2
    except Failure as failure:
        say(f"error: {failure}")
        return 1
    except Interrupted as signal:
        say(f"{what}: interrupted ({signal}); repeat it: what is half done is made again")
        return 130
    return 0


def _network(verb: str) -> None:
    given = _given("LOCAL_NETWORK", ("name", "subnet", "gateway"))
    network = Network(given["name"], given["subnet"], given["gateway"])
    owner = _owner()
    if verb == "create":
        create_network(network, str(owner))
    else:
        destroy_network(network, str(owner))


def _server(verb: str) -> None:
    # A server that leaves is known by its names alone.
    required = ("network", "container", "name", *(("address",) if verb == "create" else ()))
    given = _given("LOCAL_SERVER", required)
    server = Server(
        network=given["network"],
        container=given["container"],
        name=given["name"],
        address=given.get("address", ""),
        publish={int(inside): int(outside) for inside, outside in (given.get("publish") or {}).items()},
        memory=given.get("memory"),
    )
    if verb == "create":
        create_server(server, _owner())
    else:
        destroy_server(server, _owner(), _keep_data())


def _given(variable: str, required: "tuple[str, ...]") -> "dict[str, Any]":
    text = os.environ.get(variable)
    if not text:
        raise Failure(f"{variable} is not set: it must hold a JSON object with {', '.join(required)}")
    try:
        given = json.loads(text)
    except ValueError as error:
        raise Failure(f"{variable} is no JSON ({error}): {text}") from None
    missing = [key for key in required if not isinstance(given, dict) or not isinstance(given.get(key), str)]
    if missing:
        raise Failure(f"{variable} lacks {', '.join(missing)}: {text}")
    if given.get("docker_host"):
        os.environ["DOCKER_HOST"] = given["docker_host"]
    return dict(given)


def _owner() -> Path:
    state = os.environ.get("MONITORING_STATE")
    if not state:
        raise Failure("MONITORING_STATE is not set: it must name the stack's private folder")
    return Path(os.path.realpath(state))


def _keep_data() -> bool:
    return os.environ.get("LOCAL_KEEP_DATA") == "1"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
