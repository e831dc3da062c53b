"""Creates and destroys one local server: a container that boots and generates its own SSH host key."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from common import KEY_FILE, KNOWN_HOSTS_DIRECTORY, Failure, locked, log, private_folder, seconds_since, write_atomically
from engine import NETWORK, OWNER, SERVER, Engine, attempt, describe_engine, docker, free_prefix, inspect, labels, owned
from image import DEFAULT_RELEASE, ensure_image
from network import address_holder

DATA = "/var/lib/monitoring"
BOOT_SECONDS = 60  # until a new server must answer
SILENCE_SECONDS = 3  # without an answer at the server's address, before its published port is tried, too
CHECK_SECONDS = 2  # between two checks whether the container still runs

# Authorizes our key, waits until the first boot generated the host key, and prints the host key.
EXCHANGE_KEYS = """set -eu
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
    """The settings of a server."""

    network: str
    """Name of the Docker network."""
    container: str
    """Name of the container."""
    name: str
    """Host name."""
    address: str
    publish: "dict[int, int]" = field(default_factory=dict)
    """Ports of this machine's loopback address, by port of the server."""
    memory: Optional[str] = None
    """Memory limit, such as 512m."""
    debian: str = DEFAULT_RELEASE
    """Number of the release of Debian."""

    @property
    def volume(self) -> str:
        """Name of the data volume."""
        return f"{self.container}-data"


def create_server(server: Server, owner: Path) -> None:
    """Creates the server, or replaces its container but not its data volume. Returns when sshd accepts our key.

    owner: the stack's state folder. Raises a Failure.
    """
    start = time.monotonic()

    def another_prefix() -> str:
        return f"give this project another prefix, such as LOCAL_PREFIX={free_prefix(server.network)} (in your own code: prefix of LocalNetwork)"

    if owned("container", server.container, str(owner), another_prefix) is not None:
        docker("rm", "--force", server.container)
        log(f"{server.name}: removed the old container, data kept")
    if owned("volume", server.volume, str(owner), another_prefix) is None:
        docker("volume", "create", *_labels(server, owner), server.volume)
    engine = describe_engine()
    image = ensure_image(engine, server.debian)
    key = ensure_key(owner)
    started = attempt("run", *run_flags(server, owner, engine), image, *boot_command(server, engine))
    if started.returncode != 0:
        attempt("rm", "--force", server.container)
        raise Failure(explain_run_failure(server, started.stderr.strip()))
    try:
        host_key = docker("exec", "--interactive", server.container, "sh", "-c", EXCHANGE_KEYS, stdin=key.with_suffix(".pub").read_text())
        known_hosts = owner / KNOWN_HOSTS_DIRECTORY / server.container
        write_atomically(known_hosts, f"{server.container} {' '.join(host_key.split()[:2])}\n")
        address = _await_ssh(server, key, known_hosts)
    except Failure as failure:
        raise Failure(f"{server.name} does not start: {failure}{_console(server)}") from None
    log(f"{server.name}: up at {address} in {seconds_since(start)}, container {server.container}")


def destroy_server(server: Server, owner: Path, keep_data: bool) -> None:
    """Removes the container, and its data volume unless `keep_data`. Skips objects of other projects."""
    for described in inspect("container", server.container):
        if labels("container", described).get(OWNER) != str(owner):
            log(f"{server.name}: skipped, the container {server.container} belongs to another project")
            return
        docker("rm", "--force", server.container)
        log(f"{server.name}: removed")
    (owner / KNOWN_HOSTS_DIRECTORY / server.container).unlink(missing_ok=True)
    for described in inspect("volume", server.volume):
        if labels("volume", described).get(OWNER) != str(owner):
            log(f"{server.name}: skipped, the volume {server.volume} belongs to another project")
        elif keep_data:
            log(f"{server.name}: data kept in the volume {server.volume}")
        else:
            docker("volume", "rm", "--force", server.volume)
            log(f"{server.name}: data removed")


def ensure_key(owner: Path) -> Path:
    """The path of the stack's SSH key, which is generated at the first call. Raises a Failure without ssh-keygen."""
    key = owner / KEY_FILE
    folder = key.parent
    public = key.with_suffix(".pub")
    if key.exists() and public.exists():
        return key
    private_folder(owner)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    with locked(folder / ".lock", "waiting for another process that generates the SSH key"):
        # ssh-keygen writes the public key last.
        if not public.exists():
            key.unlink(missing_ok=True)
            try:
                subprocess.run(
                    ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "cdktf-monitoring", "-f", str(key)],
                    check=True,
                    stdin=subprocess.DEVNULL,
                )
            except FileNotFoundError:
                raise Failure("ssh-keygen is not installed: install the OpenSSH client (Debian: apt-get install openssh-client)") from None
    return key


def run_flags(server: Server, owner: Path, engine: Engine) -> "list[str]":
    """The options of docker run. They allow systemd, nftables and sandboxed services without --privileged.

    SYS_ADMIN: systemd mounts file systems, and a sandboxed service has namespaces of its own. With it, root in the container can
    take over the host. NET_ADMIN: nftables. AppArmor's profile of Docker denies mounts. Docker's seccomp profile stays.
    """
    flags = [
        *("--detach", "--name", server.container, "--hostname", server.name, *_labels(server, owner)),
        *("--network", server.network, "--ip", server.address),
        # The container starts again after a restart of the engine, and after a reboot from inside.
        *("--restart", "unless-stopped", "--stop-signal", "SIGRTMIN+3", "--env", "container=docker"),
        *("--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN", "--cap-drop", "MKNOD"),
        *("--security-opt", "apparmor=unconfined"),
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


def boot_command(server: Server, engine: Engine) -> "list[str]":
    """The container's command, which starts systemd."""
    # Mounts are shared as on a real machine, so that services in their own mount namespace see later mounts.
    steps = ["mount --make-rshared /"]
    if engine.cgroup != 1:
        # Docker mounts the container's control groups read-only, but systemd must create groups.
        steps.append("mount -o remount,bind,rw /sys/fs/cgroup")
    init = "exec /sbin/init"
    if engine.cgroup == 1 and server.debian != "12":
        # systemd 257 starts on control groups of version 1 only with this option, and later versions do not start at all.
        init += " SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"
    return ["/bin/sh", "-c", " && ".join([*steps, init])]


def explain_run_failure(server: Server, message: str) -> str:
    """Explains docker's message if the container does not start."""
    if "port is already allocated" in message or "address already in use" in message.lower() and "listen" in message:
        ports = ", ".join(str(port) for port in sorted(server.publish.values()))
        return (
            f"{server.name}: one of its published ports ({ports} on 127.0.0.1) is in use: stop the program that listens there, or "
            f"give this server another address\n  docker: {message}"
        )
    if "Address already in use" in message:
        holder = address_holder(server.network, server.address)
        return (
            f"{server.name}: address {server.address} in the network {server.network} is in use"
            f"{f' by the container {holder}' if holder else ''}: give this server another address, or remove that container"
        )
    if "not found" in message and server.network in message:
        return f"{server.name}: the network {server.network} does not exist: deploy again, so that Terraform creates it"
    return f"{server.name}: its container does not start: {message}"


def _labels(server: Server, owner: Path) -> "list[str]":
    pairs = {OWNER: str(owner), SERVER: server.name, NETWORK: server.network}
    return [word for name, value in pairs.items() for word in ("--label", f"{name}={value}")]


def _await_ssh(server: Server, key: Path, known_hosts: Path) -> str:
    """Waits until a login with our key succeeds and the host key is correct. Returns the address. Raises a Failure."""
    start = checked = time.monotonic()
    # On other systems than Linux the server's address is never reachable, so its published port is tried at once.
    silent_since: Optional[float] = start if sys.platform == "linux" else start - SILENCE_SECONDS
    addresses = [(server.address, 22)]
    problem = "sshd does not answer"
    while time.monotonic() - start < BOOT_SECONDS:
        for host, port in addresses:
            answer = _is_sshd(host, port)
            if answer is not None:
                silent_since = None
            if not answer:
                continue
            result = _log_in(server, host, port, key, known_hosts)
            if result.returncode == 0:
                return f"{host}:{port}" if port != 22 else host
            problem = f"sshd answers at {host}:{port}, but the login fails: {result.stderr.strip()}"
        # With Docker Desktop and remote engines only the published ports of containers are reachable.
        if silent_since and len(addresses) == 1 and 22 in server.publish and time.monotonic() - silent_since > SILENCE_SECONDS:
            addresses.append(("127.0.0.1", server.publish[22]))
        if time.monotonic() - checked > CHECK_SECONDS:
            checked = time.monotonic()
            state = docker("inspect", "--format", "{{.State.Status}}", server.container).strip()
            if state != "running":
                raise Failure(f"its container is {state}")
        time.sleep(0.03)
    raise Failure(f"{problem} (after {BOOT_SECONDS} s)")


def _is_sshd(host: str, port: int) -> Optional[bool]:
    """Whether an sshd answers at an address; None if nothing answers at all."""
    try:
        with socket.create_connection((host, port), timeout=0.5) as connection:
            # On a busy machine sshd needs time for its greeting.
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
        "UserKnownHostsFile": _quoted(known_hosts),
        "GlobalKnownHostsFile": "/dev/null",
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "ConnectTimeout": "5",
    }
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    identity = str(key).replace("%", "%%")
    try:
        return subprocess.run(
            ["ssh", "-F", os.devnull, *options, "-i", identity, "-p", str(port), f"root@{host}", "true"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
    except FileNotFoundError:
        raise Failure("ssh is not installed: install the OpenSSH client (Debian: apt-get install openssh-client)") from None


def _quoted(path: Path) -> str:
    """A path in an option of ssh, which reads backslashes, quotes and percent signs in it."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _console(server: Server) -> str:
    """The last lines of the container's console, for an error message."""
    result = attempt("logs", "--tail", "15", server.container)
    lines = (result.stdout + result.stderr).strip().splitlines()
    return "".join(f"\n  {line}" for line in ["; last lines of its console:", *lines]) if lines else ""
