"""One local server: a container that boots, and is trusted by the host key it made itself."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from common import Failure, locked, say, seconds_since, write_atomically
from engine import NETWORK, OWNER, SERVER, Engine, attempt, describe_engine, docker, inspect, labels, owned
from image import ensure_image
from network import address_holder

DATA = "/var/lib/monitoring"
# Seconds until a server that boots must answer, and after which its loopback port is tried where its address is silent.
BOOT = 60
SILENCE = 3

# Lets our key in, waits for the first boot to make the host key, and prints it.
INTRODUCE = """set -eu
umask 077
mkdir -p /root/.ssh
cat > /root/.ssh/authorized_keys
tries=0
until [ -s /etc/ssh/ssh_host_ed25519_key.pub ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 1500 ] || exit 7
  sleep 0.03
done
cat /etc/ssh/ssh_host_ed25519_key.pub
"""


@dataclass(frozen=True)
class Server:
    network: str
    container: str
    name: str
    address: str
    publish: "dict[int, int]" = field(default_factory=dict)
    memory: Optional[str] = None

    @property
    def volume(self) -> str:
        return f"{self.container}-data"


def create_server(server: Server, owner: Path) -> None:
    """Makes the server anew, with the data volume of the one it replaces; returns once sshd answers with its key."""
    start = time.monotonic()
    if owned("container", server.container, str(owner)) is not None:
        docker("rm", "--force", server.container)
        say(f"{server.name}: removed the container that was there (its data is kept)")
    if owned("volume", server.volume, str(owner)) is None:
        docker("volume", "create", *_labels(server, owner), server.volume)
    engine = describe_engine()
    image = ensure_image(engine)
    key = ensure_key(owner)
    started = attempt("run", *run_flags(server, owner, engine), image, *boot_command(engine))
    if started.returncode != 0:
        attempt("rm", "--force", server.container)
        raise Failure(explain_run_failure(server, started.stderr.strip()))
    try:
        host_key = docker("exec", "--interactive", server.container, "sh", "-c", INTRODUCE, stdin=key.with_suffix(".pub").read_text())
        known_hosts = owner / "known_hosts.d" / server.container
        write_atomically(known_hosts, f"{server.container} {' '.join(host_key.split()[:2])}\n")
        where = _await_ssh(server, key, known_hosts)
    except Failure as failure:
        raise Failure(f"{server.name} does not come up: {failure}{_last_words(server)}") from None
    say(f"{server.name}: up at {where} in {seconds_since(start)}, container {server.container}")


def destroy_server(server: Server, owner: Path, keep_data: bool) -> None:
    for described in inspect("container", server.container):
        if labels("container", described).get(OWNER) != str(owner):
            say(f"{server.name}: the container {server.container} belongs to another project, left alone")
            return
        docker("rm", "--force", server.container)
        say(f"{server.name}: removed")
    (owner / "known_hosts.d" / server.container).unlink(missing_ok=True)
    for described in inspect("volume", server.volume):
        if labels("volume", described).get(OWNER) != str(owner):
            say(f"{server.name}: the volume {server.volume} belongs to another project, left alone")
        elif keep_data:
            say(f"{server.name}: its data is kept in the volume {server.volume}")
        else:
            docker("volume", "rm", "--force", server.volume)
            say(f"{server.name}: its data is removed")


def ensure_key(owner: Path) -> Path:
    """The stack's own SSH key, made at first use."""
    folder = owner / "ssh"
    key = folder / "id_ed25519"
    public = key.with_suffix(".pub")
    if key.exists() and public.exists():
        return key
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    with locked(folder / ".lock", "waiting for another process that makes the SSH key"):
        # Its public half is what ssh-keygen writes last.
        if not public.exists():
            key.unlink(missing_ok=True)
            try:
                subprocess.run(
                    ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "cdktf-monitoring", "-f", str(key)],
                    check=True,
                    stdin=subprocess.DEVNULL,
                )
            except FileNotFoundError:
                raise Failure("there is no ssh-keygen command: install OpenSSH's client (Debian: apt-get install openssh-client)") from None
    return key


def run_flags(server: Server, owner: Path, engine: Engine) -> "list[str]":
    """What a container needs to boot systemd, use nftables and sandbox its services; less than --privileged."""
    flags = [
        *("--detach", "--name", server.container, "--hostname", server.name, *_labels(server, owner)),
        *("--network", server.network, "--ip", server.address),
        # Back after the engine's restart, and after a reboot from inside.
        *("--restart", "unless-stopped", "--stop-signal", "SIGRTMIN+3", "--env", "container=docker"),
        *("--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN"),
        *("--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"),
        *("--tmpfs", "/run", "--tmpfs", "/run/lock"),
        *("--mount", f"type=volume,source={server.volume},target={DATA}"),
    ]
    if engine.cgroup == 1:
        flags += ["--volume", "/sys/fs/cgroup:/sys/fs/cgroup:rw"]
    else:
        flags += ["--cgroupns", "private"]
    if server.memory:
        flags += ["--memory", server.memory]
    for inside, outside in sorted(server.publish.items()):
        flags += ["--publish", f"127.0.0.1:{outside}:{inside}"]
    return flags


def boot_command(engine: Engine) -> "list[str]":
    # As systemd does it on a machine, so that services in a namespace of their own see what is mounted after they started.
    steps = ["mount --make-rshared /"]
    if engine.cgroup != 1:
        # The container's own part of the tree is mounted read-only; systemd has to make groups in it.
        steps.append("mount -o remount,bind,rw /sys/fs/cgroup")
    return ["/bin/sh", "-c", " && ".join([*steps, "exec /sbin/init"])]


def explain_run_failure(server: Server, words: str) -> str:
    if "port is already allocated" in words or "address already in use" in words.lower() and "listen" in words:
        ports = ", ".join(str(port) for port in sorted(server.publish.values()))
        return (
            f"{server.name}: one of its published ports ({ports} on 127.0.0.1) is in use: stop what listens there, or give this "
            f"project another prefix or first port\n  docker said: {words}"
        )
    if "Address already in use" in words:
        holder = address_holder(server.network, server.address)
        return (
            f"{server.name}: {server.address} is taken on the network {server.network}"
            f"{f' by the container {holder}' if holder else ''}: give this server another address, or remove that one"
        )
    if "not found" in words and server.network in words:
        return f"{server.name}: there is no network {server.network}: create it first (deploy again, so that Terraform makes it)"
    return f"{server.name}: its container does not start: {words}"


def _labels(server: Server, owner: Path) -> "list[str]":
    pairs = {OWNER: str(owner), SERVER: server.name, NETWORK: server.network}
    return [word for name, value in pairs.items() for word in ("--label", f"{name}={value}")]


def _await_ssh(server: Server, key: Path, known_hosts: Path) -> str:
    """Waits until sshd lets us in with the expected host key, and returns where it did."""
    start = looked = time.monotonic()
    silent_since: Optional[float] = start if sys.platform == "linux" else start - SILENCE
    places = [(server.address, 22)]
    words = "sshd does not answer"
    while time.monotonic() - start < BOOT:
        for host, port in places:
            answer = _banner(host, port)
            if answer is not None:
                silent_since = None
            if not answer:
                continue
            result = _log_in(server, host, port, key, known_hosts)
            if result.returncode == 0:
                return f"{host}:{port}" if port != 22 else host
            words = f"sshd answers at {host}:{port}, but: {result.stderr.strip()}"
        # Docker Desktop and remote engines: containers' addresses can't be reached from here, published ports can.
        if silent_since and len(places) == 1 and 22 in server.publish and time.monotonic() - silent_since > SILENCE:
            places.append(("127.0.0.1", server.publish[22]))
        if time.monotonic() - looked > 2:
            looked = time.monotonic()
            state = docker("inspect", "--format", "{{.State.Status}}", server.container).strip()
            if state != "running":
                raise Failure(f"its container is {state}")
        time.sleep(0.03)
    raise Failure(f"{words} ({BOOT} s)")


def _banner(host: str, port: int) -> Optional[bool]:
    """Whether an sshd speaks there; None where nothing at all comes back."""
    try:
        with socket.create_connection((host, port), timeout=0.5) as connection:
            # On a busy machine sshd takes its time.
            connection.settimeout(5)
            return connection.recv(255).startswith(b"SSH-")
    except ConnectionError:
        return False
    except OSError:
        return None


def _log_in(server: Server, host: str, port: int, key: Path, known_hosts: Path) -> "subprocess.CompletedProcess[str]":
    settings = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "HostKeyAlias": server.container,
        "UserKnownHostsFile": f'"{known_hosts}"',
        "GlobalKnownHostsFile": "/dev/null",
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "ConnectTimeout": "5",
    }
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    try:
        return subprocess.run(
            ["ssh", "-F", os.devnull, *options, "-i", str(key), "-p", str(port), f"root@{host}", "true"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
    except FileNotFoundError:
        raise Failure("there is no ssh command: install OpenSSH's client (Debian: apt-get install openssh-client)") from None


def _last_words(server: Server) -> str:
    result = attempt("logs", "--tail", "15", server.container)
    lines = (result.stdout + result.stderr).strip().splitlines()
    return "".join(f"\n  {line}" for line in ["; its console:", *lines]) if lines else ""
