"""Moves a component's data between hosts. The action move_data calls it before and after the component starts.

Both hosts record the move under the same token: the old host when its service is stopped, the new host when the copy is
complete. After an interruption the next run therefore knows whether to continue or to copy again.
"""

from __future__ import annotations

import json
import secrets as randomness
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from . import environment, moves
from .contract import DATA_DIRECTORY, SERVER_DIRECTORY
from .errors import RunError
from .lifetime import END_WITH_PARENT
from .probe import Probe
from .ssh import RootShell

SCRIPT = (
    f"data_root={DATA_DIRECTORY} state={SERVER_DIRECTORY}\n"
    + (Path(__file__).resolve().parent / "move.sh").read_text(encoding="utf-8")
)
CONCURRENT = 25  # members that are observed at the same time
OBSERVE_SECONDS = 30
PROGRESS_SECONDS = 5
CHUNK = 1 << 20
ROOM_FACTOR = 1.05  # required free space, relative to the size of the data
CLAIMED_BY_OTHER = 75  # exit status of "move.sh claim" if another move claimed the data first


@dataclass(frozen=True)
class Members:
    """The facts that a move needs. run.py writes them to a file for each run of a component that has data."""

    hosts: tuple[str, ...]
    """The hosts of the component in this deploy."""
    previous: tuple[str, ...]
    """The hosts after the last successful run, as far as this controller knows."""
    access: dict[str, Any]
    """The SSH access of each member."""
    probe: dict[str, Any]
    """The content of the deploy's probe."""

    @classmethod
    def read(cls, path: Path) -> Members:
        """Reads a file with the content of `text`."""
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls(tuple(content["hosts"]), tuple(content["previous"]), content["access"], content["probe"])

    @property
    def text(self) -> str:
        """The facts as JSON."""
        return json.dumps(asdict(self))


class Mover:
    """Moves the data of one kind of component to one host."""

    def __init__(self, kind: str, target: str, members: Members, log: Callable[[str], None]) -> None:
        self._kind = kind
        self._target = target
        self._members = members
        self._probe = Probe.read(members.probe)
        self._log = log
        self.warnings: list[str] = []
        self.stopped = time.time()
        """When the service was stopped on the old host, in seconds since 1970."""

    def fetch(self, keep: bool) -> moves.Decision:
        """Brings the data to the target before the service starts there, and stops the service on the old host.

        keep: whether to copy the data. Otherwise older data on the target is set aside.
        Raises RunError if data would be lost, does not fit, or cannot be copied.
        """
        while True:
            states = self._observe_members()
            decision = moves.decide(self._target, self._members.hosts, states)
            here = states[self._target]
            if decision.source is None:
                self._check_unreachable_members(keep, bool(decision.superseded), states)
                return decision
            if not keep:
                self._warn_of_older_data(self._do(self._target, "aside"))
                return decision
            if self._copy(decision.source, states[decision.source], here):
                return decision

    def remove_old_copies(self, hosts: list[str]) -> None:
        """Deletes the copied data on the old hosts. Called after the service answers on the target."""
        for name in hosts:
            try:
                self._do(name, "remove")
                self._log(f"removed the old data on {name}")
            except RunError as error:
                self.warnings.append(f"old data of {self._kind} remains on {name}: {error}")
        if not self.warnings:
            self._do(self._target, "forget")

    def _observe_members(self) -> dict[str, moves.State]:
        """The states of all members that answer. Raises RunError if the target does not answer."""
        names = sorted(self._members.access)
        with ThreadPoolExecutor(CONCURRENT) as pool:
            answers = dict(zip(names, pool.map(self._observe, names)))
        if (here := answers[self._target]) is None:
            raise RunError(f"{self._target} does not answer any more")
        silent = [name for name, answer in answers.items() if answer is None]
        if silent and not self._members.previous and not moves.parse(here).live:
            self.warnings.append(f"{', '.join(silent)} cannot be checked for data of {self._kind}: older data may remain there")
        return {name: moves.parse(answer) for name, answer in answers.items() if answer is not None}

    def _observe(self, name: str) -> str | None:
        if self._probe.connect(name, self._members.access[name]):
            return None
        try:
            return self._do(name, "observe", seconds=OBSERVE_SECONDS)
        except RunError:
            return None

    def _check_unreachable_members(self, keep: bool, superseded: bool, states: dict[str, moves.State]) -> None:
        """Rejects or warns if an unreachable member may have the data.

        Called before the service starts without data from another host.
        superseded: whether older copies will be deleted later.
        """
        here = states[self._target]
        members = self._members
        if not here.live and (reason := moves.data_loss(states, members.previous, members.hosts, members.access)):
            if keep:
                raise RunError(reason)
            self.warnings.append(f"started without data, and the old data was not removed: {reason.split('. ')[0]}")
        if here.role and here.peer in members.access and here.peer not in states:
            self.warnings.append(f"old data of {self._kind} remains on {here.peer}, which is unreachable")
        elif here.role and not superseded:
            self._do(self._target, "forget")

    def _copy(self, source: str, there: moves.State, here: moves.State) -> bool:
        """Stops the service on the source and copies its data to the target. Returns False if another move claimed the data."""
        resumed = there.role == moves.SENDER and there.peer == self._target
        token = there.token if resumed else randomness.token_hex(8)
        complete = here.role == moves.RECEIVER and here.token == token
        size = 0
        if not complete:
            size = int(self._do(source, "measure")) * 1024
            free = int(self._do(self._target, "free")) * 1024
            if size * ROOM_FACTOR > free:
                raise RunError(
                    f"not enough disk space: the data on {source} takes {readable(size)}, {self._target} has {readable(free)} free."
                    f" Nothing was stopped. Free space below {DATA_DIRECTORY} and deploy again"
                )
        work = "the data is already copied" if complete else f"{readable(size)} to copy"
        self._log(f"{'continuing' if resumed else 'starting'} the move: stopping the service on {source}, {work}")
        self.stopped = time.time()
        if self._do(source, "claim", there.note, f"{moves.SENDER} {self._target} {token}", tolerate=CLAIMED_BY_OTHER) is None:
            return False
        if not complete:
            self._stream(source, size)
        self._warn_of_older_data(self._do(self._target, "commit", f"{moves.RECEIVER} {source} {token}"))
        return True

    def _stream(self, source: str, expected: int) -> None:
        """Copies the data through this machine without storing it. The copy counts only if both sides report success.

        expected: the size in bytes. Raises RunError.
        """
        began = logged = time.monotonic()
        done = 0
        with tempfile.TemporaryFile() as sender_errors, tempfile.TemporaryFile() as receiver_errors:
            sender = self._start(source, "send", stdout=subprocess.PIPE, stderr=sender_errors)
            receiver = self._start(self._target, "receive", stdout=subprocess.DEVNULL, stderr=receiver_errors)
            assert sender.stdin and sender.stdout and receiver.stdin
            try:
                self._begin_input(source, sender.stdin)
                sender.stdin.close()
                self._begin_input(self._target, receiver.stdin)
                while chunk := sender.stdout.read(CHUNK):
                    receiver.stdin.write(chunk)
                    done += len(chunk)
                    if time.monotonic() - logged >= PROGRESS_SECONDS:
                        logged = time.monotonic()
                        self._log(f"copied {readable(done)} of {readable(expected)} in {logged - began:.0f} s")
            except OSError:
                pass  # the side that failed reports the reason below
            sender.stdout.close()
            with suppress(OSError):
                receiver.stdin.close()
            codes = sender.wait(), receiver.wait()
            if codes != (0, 0):
                errors = " ".join(one_line(stream) for stream in (sender_errors, receiver_errors)).strip()
                raise RunError(
                    f"copying the data from {source} failed ({errors or f'exit statuses {codes}'}). No data is lost: the service is stopped"
                    f" on {source}, and the next deploy copies again. To go back, undo the edit and deploy"
                )
        self._log(f"copied {readable(done)} in {time.monotonic() - began:.1f} s")

    def _warn_of_older_data(self, output: str | None) -> None:
        for line in (output or "").splitlines():
            if line.startswith("before="):
                self.warnings.append(f"older data on {self._target} was moved to {line.removeprefix('before=')}")

    def _do(self, name: str, verb: str, *args: str, seconds: float | None = None, tolerate: int = 0) -> str | None:
        """Runs a verb of move.sh on a member and returns its output, or None if it ends with the status `tolerate`.

        seconds: the timeout. Raises RunError if the member does not answer or the verb fails.
        """
        try:
            result = self._shell(name).run(*_words(verb, self._kind, *args), seconds=seconds)
        except subprocess.TimeoutExpired:
            raise RunError(f"{name} does not answer within {seconds:.0f} s") from None
        if result.returncode == 0:
            return result.stdout
        if result.returncode == tolerate:
            return None
        output = (result.stderr.strip() or result.stdout.strip()).replace("\n", " ")
        raise RunError(f"{name}: {output or f'{verb} ended with status {result.returncode}'}")

    def _start(self, name: str, verb: str, **streams: Any) -> subprocess.Popen[bytes]:
        command = self._shell(name).command(*_words(verb, self._kind))
        # A copy must not outlive its run. On systems where it does, the next run deletes the folder that receives the copy.
        return subprocess.Popen(command, stdin=subprocess.PIPE, env=environment.clean(), preexec_fn=END_WITH_PARENT, **streams)

    def _begin_input(self, name: str, stream: IO[bytes]) -> None:
        stream.write(self._shell(name).preamble)
        stream.flush()

    def _shell(self, name: str) -> RootShell:
        return RootShell.of(name, self._members.access[name], self._probe.paths)


def _words(verb: str, *args: str) -> list[str]:
    """The arguments of the root shell that run a verb of move.sh."""
    return ["-c", SCRIPT, "move.sh", verb, *args]


def readable(size: float) -> str:
    """Formats a number of bytes with a decimal unit."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if size >= 100 or unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return ""


def one_line(stream: Any) -> str:
    """The content of a stream of bytes, in one line."""
    stream.seek(0)
    return " ".join(stream.read().decode("utf-8", "replace").split())
