"""Uses the private certificate authority of a monitoring on the server that keeps it. Its key is only in memory here."""

from __future__ import annotations

import fcntl
import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from .contract import AUTHORITY, DATA_DIRECTORY
from .errors import RunError
from .files import write_atomically
from .mover import Members
from .pem import CERTIFICATE, KEY, Pair
from .probe import Probe
from .ssh import RootShell

FOLDER = f"{DATA_DIRECTORY}/{AUTHORITY}"
SCRIPT = (Path(__file__).resolve().parent / "authority.sh").read_text(encoding="utf-8")
SECONDS = 30
# In the run's folder. The lock is shared by all processes of the run: without it, they would open more sessions at the same time than
# a server accepts in one connection.
LOCK, PUBLISHED = "authority.lock", "authority.json"


@dataclass(frozen=True)
class Authority:
    """What the authority publishes."""

    phase: int
    """The phase of its replacement; 0 if it is not being replaced. authority.sh describes the phases."""
    certificate: str
    """The certificate of the authority that signs, in PEM."""
    trusted: str
    """The certificates of the authorities that components trust, in PEM."""


def sign_with(host: str, members: Members, folder: Path) -> tuple[Authority, Pair]:
    """Reads the authority and its key. Raises RunError if the server does not answer or has no authority.

    host: the server. members: the SSH access of each member. folder: that of the run.
    """
    with _locked(folder):
        output = _ask(host, members, "read")
    return _parse(output, host), Pair(_first(KEY, output, host), _first(CERTIFICATE, output, host))


def published(host: str, members: Members, folder: Path) -> Authority:
    """Reads what the authority publishes, once for all servers of a run. Raises RunError as `sign_with`."""
    file = folder / PUBLISHED
    with _locked(folder):
        if not file.exists():
            try:
                content = asdict(_parse(_ask(host, members, "show"), host))
            except RunError as error:
                content = {"problem": str(error)}
            write_atomically(file, json.dumps(content))
    content = json.loads(file.read_text(encoding="utf-8"))
    if problem := content.get("problem"):
        raise RunError(problem)
    return Authority(**content)


def forget(folder: Path) -> None:
    """Lets the next call of `published` ask the authority again. Called when a run begins."""
    (folder / PUBLISHED).unlink(missing_ok=True)


def advance(host: str, shell: RootShell, phase: int, successor: Pair | None = None) -> Authority:
    """Begins the next phase, unless the authority is in another phase than the given one. Raises RunError as `sign_with`.

    successor: the authority that replaces the present one, for phase 0.
    """
    given = successor.key + successor.certificate if successor else ""
    return _parse(_run(host, shell, "advance", str(phase), given=given), host)


def show(host: str, shell: RootShell) -> Authority:
    """Reads what the authority publishes. Raises RunError as `sign_with`."""
    return _parse(_run(host, shell, "show"), host)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / LOCK).open("a", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _ask(host: str, members: Members, verb: str) -> str:
    if host not in members.access:
        raise RunError(f"the certificate authority is on {host}, which is no member of this monitoring")
    probe, access = Probe.read(members.probe), members.access[host]
    if reason := probe.connect(host, access):
        raise RunError(f"the certificate authority on {host} cannot be reached, so no certificate can be issued: {reason}")
    return _run(host, RootShell.of(host, access, probe.paths), verb)


def _run(host: str, shell: RootShell, verb: str, *arguments: str, given: str = "") -> str:
    try:
        result = shell.run("-c", SCRIPT, "authority.sh", verb, FOLDER, *arguments, seconds=SECONDS, given=given)
    except subprocess.TimeoutExpired:
        raise RunError(f"the certificate authority on {host} does not answer within {SECONDS} seconds") from None
    if result.returncode != 0:
        raise _unusable(host, result.stderr.strip().replace("\n", " "))
    return result.stdout


def _parse(output: str, host: str) -> Authority:
    phase = re.search(r"^phase=([0-3])$", output, re.MULTILINE)
    certificate, *trusted = CERTIFICATE.findall(output) or [""]
    if not phase or not trusted:
        raise _unusable(host, "its certificate is malformed")
    return Authority(int(phase[1]), certificate, "".join(trusted))


def _first(pattern: re.Pattern[str], output: str, host: str) -> str:
    found = pattern.search(output)
    if not found:
        # The output may contain the key.
        raise _unusable(host, "its key is malformed")
    return found[0]


def _unusable(host: str, problem: str) -> RunError:
    remedy = f"deploy again, or run npx cdktf-monitoring play {AUTHORITY} --force"
    return RunError(f"{host} has no certificate authority ({problem}): {remedy}")
