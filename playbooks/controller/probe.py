"""Connects to each server once per deploy, before any run works on the server.

The runs of a deploy are processes that start at the same time. The first one that needs a server opens its shared connection and
finds out whether the SSH user can work as root. The others wait for the outcome: they use the same connection, or report the same
refusal without another login, because servers ban addresses with many failed logins. A file for each server in the stack's
private folder contains the outcome and is locked meanwhile. An outcome is valid for one deploy.

Only a probe accepts unknown host keys, and only if its deploy may. All other commands require a recorded key.
"""

from __future__ import annotations

import fcntl
import json
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import access, environment, secrets, ssh, unreachable
from .errors import RunError
from .lifetime import die_with_parent
from .unreachable import Problem, Retry

Variables = dict[str, Any]
Log = Callable[[str], None]

CONCURRENT = 25  # as many servers as Ansible works on at the same time
# A login that hangs, for example in PAM or in a shell's start file.
LOGIN_SECONDS = 90
# Pauses after failed logins, as shares of the time to wait for a server. A new machine may get its key after its SSH starts.
DENIAL_PAUSES = (1 / 12, 1 / 6)
LONGEST_PAUSE = 5


@dataclass(frozen=True)
class Probe:
    """The connections of one deploy."""

    deploy: str
    """Identifies the deploy."""
    paths: ssh.Paths
    outcomes: Path
    """The folder with the outcome for each server."""
    accepts: tuple[str, ...] | None = ()
    """The servers whose host keys may be accepted at the first connection; None for all."""
    patient: bool = True
    """Whether to wait for a server that does not answer, and to try a refused login again."""

    @classmethod
    def read(cls, content: Variables) -> Probe:
        """Reads the value of `content`."""
        paths = ssh.Paths(**{name: Path(path) for name, path in content["paths"].items()})
        accepts = None if content["accepts"] is None else tuple(content["accepts"])
        return cls(**{**content, "paths": paths, "outcomes": Path(content["outcomes"]), "accepts": accepts})

    @property
    def content(self) -> Variables:
        """The probe as JSON values, for another process."""
        content: Variables = json.loads(json.dumps(asdict(self), default=str))
        return content

    def connect(self, name: str, host: Variables, log: Log = lambda line: None) -> str | None:
        """Opens the shared connection of a server, unless it is open. Returns why the server cannot be used, None if it can."""
        shared = ssh.connection_socket(host, self.paths)
        with _locked(self.outcomes / shared.name) as outcome:
            known = outcome.read(self.deploy)
            if known is None or (not known and not _is_open(shared)):
                problem = _Login(self, name, host, log).run()
                known = outcome.write(self.deploy, problem.reason if problem else "")
        return known or None

    def connect_all(self, hosts: dict[str, Variables]) -> dict[str, str]:
        """Connects to servers at the same time. Returns the servers that cannot be used, with the reasons."""
        with ThreadPoolExecutor(CONCURRENT) as pool:
            reasons = dict(zip(hosts, pool.map(self.connect, hosts, hosts.values())))
        return {name: reason for name, reason in reasons.items() if reason}

    def reason(self, host: Variables) -> str | None:
        """Why the server cannot be used, if the probe has found a reason in this deploy."""
        try:
            content = json.loads((self.outcomes / ssh.connection_socket(host, self.paths).name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return content["reason"] or None if content["deploy"] == self.deploy else None


class _Login:
    """Attempts to log in to one server."""

    def __init__(self, probe: Probe, name: str, host: Variables, log: Log) -> None:
        self._probe, self._name, self._host, self._log = probe, name, host, log
        self._accepts = probe.accepts is None or name in probe.accepts
        settings = host.get("monitoring_ssh") or {}
        self._jump_host = settings.get("jump_host")
        self._wait = float(settings.get("wait") or 0) if probe.patient else 0.0

    def run(self) -> Problem | None:
        """The reason why the server cannot be used; None if it can."""
        try:
            password = ssh.sudo_password(self._host, self._probe.paths)
            self._password = f"{secrets.password(password)}\n".encode() if password else b""
        except RunError as error:
            return Problem(f"sudoPassword: {error}", Retry.NEVER)
        if not self._jump_host:
            return self._explain_key(self._attempts())
        # The servers behind a jump host share the outcome of its login too.
        identity = json.dumps([self._jump_host, ssh.private_key(self._host, self._probe.paths)])
        with _locked(self._probe.outcomes / f"jump-{ssh.short_hash(identity)}") as outcome:
            known = outcome.read(self._probe.deploy)
            if known:
                return Problem(known, Retry.NEVER)
            problem: Problem | None = None
            if known is None:
                problem = self._explain_key(self._attempts(jump_host_only=True))
                refused = problem is not None and problem.of_jump_host
                outcome.write(self._probe.deploy, problem.reason if problem and refused else "")
                if problem is None or refused or problem.retry is Retry.NEVER:
                    return problem
        return self._explain_key(self._attempts(problem))

    def _attempts(self, problem: Problem | None = None, jump_host_only: bool = False) -> Problem | None:
        """Logs in, repeatedly if that may help. Returns the last problem; None after a login.

        problem: that of an attempt before. jump_host_only: whether to return as soon as the jump host is not the problem.
        """
        deadline, pauses, logged = time.monotonic() + self._wait, list(DENIAL_PAUSES), False
        while True:
            problem = problem or self._attempt()
            if problem is None or problem.retry is Retry.NEVER or (jump_host_only and not problem.of_jump_host):
                return problem
            if problem.retry is Retry.FEW:
                if not pauses or not self._wait:
                    return problem
                pause = pauses.pop(0) * self._wait
            else:
                pause = min(LONGEST_PAUSE, 1 + (self._wait - (deadline - time.monotonic())) / 10)
                if time.monotonic() + pause > deadline:
                    return problem
            if not logged:
                self._log(f"does not answer yet: {problem.reason.splitlines()[0]}")
                logged = True
            time.sleep(pause)
            problem = None

    def _attempt(self) -> Problem | None:
        """Logs in once."""
        paths, host = self._probe.paths, self._host
        words = ssh.login(self._name, host, paths, opens=True, accepts=self._accepts)
        password = ssh.sudo_password(host, paths)
        code, output, errors = _run([*words, access.command(password)], self._password)
        # ssh ends with 255 if it fails, but the remote command may do so too.
        if code == 255 and access.KEY not in output:
            keyed = host | {"ansible_ssh_private_key_file": ssh.private_key(host, paths)}
            return unreachable.explain(errors, keyed, paths.jump_logs / self._name)
        if code is None:
            reason = f'the login of user "{host["ansible_user"]}" does not end within {LOGIN_SECONDS} seconds'
            return Problem(f"{reason}: log in with ssh -v to see which step hangs", Retry.NEVER)
        return access.problem(output, errors, host["ansible_user"], password)

    def _explain_key(self, problem: Problem | None) -> Problem | None:
        """Adds the key that answers, and the ways to trust it, to a problem with an unknown host key."""
        if problem is None or not problem.unknown_key:
            return problem
        paths = self._probe.paths
        words = ssh.jump_login(self._host, paths) if problem.of_jump_host else ssh.login(self._name, self._host, paths)
        # This connection ends before the login, because the key is unknown.
        _, _, errors = _run([words[0], "-v", *words[1:], "true"], b"")
        found = re.findall(r"Server host key: (\S+ SHA256:\S+)", errors)
        reason = unreachable.unknown_key(problem.reason, found[-1] if found else "", paths.trusted.parent, self._name)
        return Problem(reason, Retry.NEVER, of_jump_host=problem.of_jump_host)


def _run(command: list[str], data: bytes) -> tuple[int | None, str, str]:
    """The exit status of a program, None if it hangs, and its output and errors."""
    # Files and not pipes, because the shared connection stays open, and older versions of ssh keep standard error with it.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        code: int | None
        try:
            streams: dict[str, Any] = {"input": data, "stdout": output, "stderr": errors}
            code = subprocess.run(
                command, **streams, timeout=LOGIN_SECONDS, check=False, env=environment.clean(), preexec_fn=die_with_parent
            ).returncode
        except subprocess.TimeoutExpired:
            code = None
        texts = []
        for stream in (output, errors):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "replace"))
    return code, texts[0], texts[1]


def _is_open(path: Path) -> bool:
    """Whether a shared connection accepts sessions. Starting ssh for this question would cost more than most runs."""
    with socket.socket(socket.AF_UNIX) as stream:
        try:
            stream.connect(str(path))
        except OSError:
            return False
        return True


class _Outcome:
    """A file with the outcome for one server."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, deploy: str) -> str | None:
        """Why the server cannot be used, empty if it can; None if this deploy has no outcome yet."""
        self._stream.seek(0)
        try:
            content = json.loads(self._stream.read())
        except ValueError:
            return None
        return str(content["reason"]) if content["deploy"] == deploy else None

    def write(self, deploy: str, reason: str) -> str:
        """Replaces the outcome, and returns the reason."""
        self._stream.seek(0)
        self._stream.truncate()
        self._stream.write(json.dumps({"deploy": deploy, "reason": reason}))
        self._stream.flush()
        return reason


@contextmanager
def _locked(file: Path) -> Iterator[_Outcome]:
    """Locks the file of an outcome, and creates it if necessary."""
    with file.open("a+", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield _Outcome(stream)
