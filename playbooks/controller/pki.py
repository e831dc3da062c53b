"""Certificates of a PKI of the user, which the controller finds in files and environment variables."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import environment, secrets
from .ansible import python_of
from .errors import RunError
from .inventory import Run

GUIDE = "docs/guides/encryption.md describes the certificates, and has the commands of openssl"
PROGRAM = Path(__file__).resolve().parents[1] / "check_certificates.py"


def texts(own: dict[str, Any], project: Path) -> dict[str, str]:
    """The authorities, the certificate and the key of a component. Raises RunError with all that cannot be read.

    own: the references to them.
    """
    found, problems = {}, []
    for part, reference in zip(own, secrets.resolve(list(own.values()), project)):
        try:
            found[part] = secrets.read(reference)
        except RunError as error:
            problems.append(str(error))
    if problems:
        raise RunError("\n".join(problems))
    return found


def digests(run: Run, project: Path, program: Path, log: Callable[[str], None]) -> dict[str, str]:
    """Checks the certificates of all servers of a run, and returns a digest for each that changes with them.

    project: the user's project. program: ansible-playbook, whose Python has the package cryptography.
    Raises RunError with all problems.
    """
    requests, problems, found = [], [], {}
    for host in sorted(run.hosts):
        certificate = run.certificate(host)
        if not (own := certificate.get("own")):
            continue
        try:
            given = texts(own, project)
        except RunError as error:
            problems += [f"{host}, {run.name}: {line}" for line in str(error).splitlines()]
            continue
        requests.append({"server": host, "kind": run.name, "addresses": certificate["addresses"], "texts": given})
        # A key belongs to its certificate, so the digest needs no key.
        found[host] = hashlib.sha256(f"{given['authority']}\0{given['certificate']}".encode()).hexdigest()
    sources = {host: _sources(host, run) for host in found}
    for request, answer in zip(requests, _check(requests, program)):
        place = f"{request['server']}, {run.name}"
        problems += [f"{place}: {sources[request['server']][part]} {text}" for part, text in answer["problems"]]
        for part, text in answer["warnings"]:
            log(f"{place}: {sources[request['server']][part]} {text}")
    if problems:
        lines = "\n".join(f"  {line}" for line in problems)
        raise RunError(f"certificates are missing or unusable on this machine. Nothing was started:\n{lines}\n{GUIDE}")
    return found


def _sources(host: str, run: Run) -> dict[str, str]:
    return {part: secrets.source(reference) for part, reference in run.certificate(host)["own"].items()}


def _check(requests: list[dict[str, Any]], program: Path) -> list[dict[str, Any]]:
    if not requests:
        return []
    command = [python_of(program) or "python3", "-E", "-s", "-B", str(PROGRAM)]
    # The keys are in the standard input, and therefore in no list of processes.
    done = subprocess.run(command, input=json.dumps(requests), capture_output=True, text=True, check=False, env=environment.clean())
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason is known"])[-1]
        raise RunError(f"the certificates cannot be checked ({reason}). Nothing was started")
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers
