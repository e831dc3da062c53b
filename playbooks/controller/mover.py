"""Brings a component's data from where it was to where it is to be: the playbooks' action move_data calls it.

A move is noted at both ends under one token: at the old place when the service is stopped there, at the new one when the
copy is complete. So whatever cuts it off, a second time goes on where that makes sense, and copies again where not.
"""

from __future__ import annotations

import json
import secrets as randomness
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from . import moves
from .errors import RunError
from .lifetime import die_with_parent

SCRIPT = (Path(__file__).resolve().parent / "place.sh").read_text(encoding="utf-8")
AT_ONCE = 25
LOOK_SECONDS = 30
TELL_SECONDS = 5
CHUNK = 1 << 20
NOTED_MEANWHILE = 75  # place.sh's status when another move won
SSH_FAILED = 255
# No copy outlives the run that wants it; where that cannot be had, the next one takes its folder away from under it.
NOT_ALONE = partial(die_with_parent, signal.SIGKILL)


@dataclass(frozen=True)
class Members:
    """All that a move has to know; the wrapper writes it for each run of a component that has data."""

    placed: tuple[str, ...]
    """Where the component is to be."""
    before: tuple[str, ...]
    """Where it was at the last success, as far as this machine knows."""
    commands: dict[str, list[str]]
    """How each member is reached as root: the words before a command."""

    @classmethod
    def read(cls, path: Path) -> Members:
        """Reads what {@link write} wrote."""
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls(tuple(content["placed"]), tuple(content["before"]), content["commands"])

    @property
    def text(self) -> str:
        """As a file holds it."""
        return json.dumps({"placed": self.placed, "before": self.before, "commands": self.commands})


class Mover:
    """The moves of one kind of component to one place."""

    def __init__(self, kind: str, target: str, members: Members, say: Callable[[str], None]) -> None:
        self._kind = kind
        self._target = target
        self._members = members
        self._say = say
        self.warnings: list[str] = []
        self.stopped = time.time()
        """When the service was stopped at the old place."""

    def bring(self, keep: bool) -> moves.Decision:
        """Has the data at the target, before the service starts there; with the old place's service stopped.

        keep: whether data are brought at all. Raises RunError, in words for the user.
        """
        while True:
            states = self._look()
            decision = moves.decide(self._target, self._members.placed, states)
            here = states[self._target]
            if decision.source is None:
                self._account_for_silence(keep, bool(decision.superseded), states)
                return decision
            if not keep:
                self._aside(self._do(self._target, "aside"))
                return decision
            if self._copy(decision.source, states[decision.source], here):
                return decision

    def settle(self, superseded: list[str]) -> None:
        """Removes data that were copied, once the service answers at the target."""
        for name in superseded:
            try:
                self._do(name, "empty")
                self._say(f"its data on {name} are removed")
            except RunError as error:
                self.warnings.append(f"the old data of {self._kind} still are on {name}: {error}")
        if not self.warnings:
            self._do(self._target, "forget")

    def _look(self) -> dict[str, moves.State]:
        """What all members say that answer."""
        names = sorted(self._members.commands)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = dict(zip(names, pool.map(self._ask, names)))
        if (mine := answers[self._target]) is None:
            raise RunError(f"{self._target} does not answer any more")
        silent = [name for name, answer in answers.items() if answer is None]
        if silent and not self._members.before and not moves.parse(mine).live:
            self.warnings.append(
                f"{', '.join(silent)} could not be asked whether {self._kind} was there before: if so, its data still are"
            )
        return {name: moves.parse(answer) for name, answer in answers.items() if answer is not None}

    def _ask(self, name: str) -> str | None:
        try:
            return self._do(name, "look", seconds=LOOK_SECONDS)
        except RunError:
            return None

    def _account_for_silence(self, keep: bool, superseded: bool, states: dict[str, moves.State]) -> None:
        """Before the service starts with what it has: refuses, or warns, where others may have data and do not answer.

        superseded: whether old data are still to be removed.
        """
        here = states[self._target]
        if not here.live and (reason := moves.lost(states, self._members.before, self._members.placed, self._members.commands)):
            if keep:
                raise RunError(reason)
            self.warnings.append(f"begins without its data; those of before were not removed: {reason.split(':')[0]}")
        if here.role and here.peer in self._members.commands and here.peer not in states:
            self.warnings.append(f"the old data of {self._kind} still are on {here.peer}, which cannot be reached")
        elif here.role and not superseded:
            self._do(self._target, "forget")

    def _copy(self, source: str, there: moves.State, here: moves.State) -> bool:
        """Stops the service at the source, and has its data at the target; answers false where another move was noted meanwhile."""
        going_on = there.role == moves.GIVES and there.peer == self._target
        token = there.token if going_on else randomness.token_hex(8)
        whole = here.role == moves.HAS and here.token == token
        kilobytes = 0
        if not whole:
            kilobytes = int(self._do(source, "measure"))
            room = int(self._do(self._target, "room"))
            if kilobytes * 1.05 > room:
                raise RunError(
                    f"its data on {source} take {size(kilobytes * 1024)}, and {self._target} has room for {size(room * 1024)}:"
                    f" nothing was stopped. Make room below /var/lib/monitoring and deploy again"
                )
        self._say(f"{'goes on with' if going_on else 'begins'} its move: stops it on {source}, to bring {size(kilobytes * 1024)}")
        self.stopped = time.time()
        if self._do(source, "claim", there.note, f"{moves.GIVES} {self._target} {token}", tolerate=NOTED_MEANWHILE) is None:
            return False
        if not whole:
            self._stream(source, kilobytes * 1024)
        self._aside(self._do(self._target, "commit", f"{moves.HAS} {source} {token}"))
        return True

    def _stream(self, source: str, expected: int) -> None:
        """Through this machine, and never at rest on it; a copy counts only when both ends say that they are through."""
        began = told = time.monotonic()
        done = 0
        with tempfile.TemporaryFile() as said_there, tempfile.TemporaryFile() as said_here:
            giver = self._start(source, "give", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said_there)
            taker = self._start(self._target, "receive", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said_here)
            assert giver.stdout and taker.stdin
            try:
                while chunk := giver.stdout.read(CHUNK):
                    taker.stdin.write(chunk)
                    done += len(chunk)
                    if time.monotonic() - told >= TELL_SECONDS:
                        told = time.monotonic()
                        self._say(f"{size(done)} of {size(expected)} in {told - began:.0f} s")
            except OSError:
                pass  # whoever ended too early says why
            giver.stdout.close()
            with suppress(OSError):
                taker.stdin.close()
            codes = giver.wait(), taker.wait()
            if codes != (0, 0):
                said = " ".join(words(stream) for stream in (said_there, said_here)).strip()
                raise RunError(
                    f"the copy of its data from {source} was cut off ({said or codes}): nothing is lost, it is stopped there, and the"
                    " next deploy copies again. To go back, undo the edit and deploy"
                )
        self._say(f"has its data: {size(done)} in {time.monotonic() - began:.1f} s")

    def _aside(self, said: str) -> None:
        for line in said.splitlines():
            if line.startswith("before="):
                self.warnings.append(f"data of an earlier stay on {self._target} were set aside, in {line.removeprefix('before=')}")

    def _do(self, name: str, verb: str, *args: str, seconds: float | None = None, tolerate: int = 0) -> str | None:
        """What a member says to one of place.sh's verbs; None where it ends with the status that is tolerated."""
        command = self._command(name, verb, *args)
        try:
            result = subprocess.run(
                command, capture_output=True, stdin=subprocess.DEVNULL, text=True, timeout=seconds, check=False, preexec_fn=NOT_ALONE
            )
        except subprocess.TimeoutExpired:
            raise RunError(f"{name} does not answer within {seconds:.0f} s") from None
        if result.returncode == 0:
            return result.stdout
        if result.returncode == tolerate:
            return None
        said = (result.stderr.strip() or result.stdout.strip()).replace("\n", " ")
        raise RunError(f"{name}: {said or f'{verb} ended with {result.returncode}'}")

    def _start(self, name: str, verb: str, **streams: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command(name, verb), preexec_fn=NOT_ALONE, **streams)

    def _command(self, name: str, verb: str, *args: str) -> list[str]:
        *reach, shell = self._members.commands[name]
        script = " ".join(shlex.quote(word) for word in ("-c", SCRIPT, "place.sh", verb, self._kind, *args))
        return [*reach, f"{shell} {script}"]


def size(number: float) -> str:
    """Bytes for people."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            return f"{number:.0f} {unit}" if number >= 100 or unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return ""


def words(stream: Any) -> str:
    """What a program said, in one line."""
    stream.seek(0)
    return " ".join(stream.read().decode("utf-8", "replace").split())
