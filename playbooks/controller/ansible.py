"""Finds ansible-playbook, and runs it so that it never outlives the controller's program."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from . import environment
from .errors import RunError
from .lifetime import die_with_parent

MINIMUM = (2, 19)
# Installs Ansible with digests of all packages.
INSTALL = 'eval "$(npx cdktf-monitoring env)"'
STOP_SECONDS = 10  # how long Ansible may take to end after SIGTERM
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def find(state: Path) -> Path:
    """The path of ansible-playbook: from PATH, otherwise from the folder `venv` next to the stack's state folder.

    Raises RunError if it is missing or older than MINIMUM.
    """
    venv = state.parent / "venv"
    install = f"Nothing was started. Install it:\n  {INSTALL}"
    found = shutil.which("ansible-playbook") or shutil.which("ansible-playbook", path=str(venv / "bin"))
    if found is None:
        raise RunError(f"ansible-playbook was not found in PATH or in {venv / 'bin'}. {install}")
    version = _version(Path(found))
    if version is None or version < MINIMUM:
        actual = "has no readable version" if version is None else f"is ansible-core {'.'.join(map(str, version))}"
        raise RunError(f"{found} {actual}: version {'.'.join(map(str, MINIMUM))} or later is required. {install}")
    return Path(found)


def python_of(program: Path) -> str:
    """The Python that runs a script, and has the packages of Ansible; empty if it cannot be told. Raises OSError."""
    with program.open("rb") as stream:
        line = stream.readline(4096).decode("utf-8", "replace").strip()
    return line[2:] if line.startswith("#!") and "python" in line and " " not in line[2:] else ""


def _version(program: Path) -> tuple[int, int] | None:
    """The version of ansible-core, read by the script's Python, because `ansible-playbook --version` takes longer than many runs."""
    try:
        interpreter = python_of(program)
        ask = [interpreter, "-c", "from importlib.metadata import version; print('core', version('ansible-core'))"]
        answer = _ask(ask if interpreter else [str(program), "--version"])
        if interpreter and answer.returncode != 0:
            answer = _ask([str(program), "--version"])
    except OSError:
        return None
    match = re.search(r"core[ \]]*v?(\d+)\.(\d+)", answer.stdout)
    return (int(match[1]), int(match[2])) if match else None


def _ask(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment.clean())


class Stopped(Exception):
    """A signal stopped this program, or its parent ended. The message is the signal's name."""


class Lifeline:
    """Ends this program when its parent ends, and ends Ansible when this program ends.

    A signal, or the end of the parent, raises Stopped in the main thread after Ansible has been stopped.
    """

    def __init__(self) -> None:
        self._parent = os.getppid()
        self._child: subprocess.Popen[bytes] | None = None
        self._parent_may_be_ending = False
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)
        die_with_parent()
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def orphaned(self) -> bool:
        """Whether the parent may no longer be able to record the result of this program.

        A killed parent still exists for a moment after its child receives the signal, and a parent that loses its terminal
        receives SIGHUP at the same time as its child. After SIGTERM and SIGHUP the parent therefore counts as gone, even if
        the signal came from another process.
        """
        return self._parent_may_be_ending or os.getppid() != self._parent

    def run(self, command: Sequence[str], env: dict[str, str], cwd: Path) -> int:
        """Runs a program to its end and returns its exit status. Raises Stopped."""
        # In its own session Ansible does not receive the terminal's Ctrl-C: this program receives it and stops Ansible.
        self._child = subprocess.Popen(
            list(command), env=env, cwd=cwd, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=die_with_parent
        )
        try:
            return self._child.wait()
        except Stopped:
            self._stop()
            raise
        finally:
            self._child = None

    def _stop(self) -> None:
        child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        for other in STOP_SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        self._parent_may_be_ending = number != signal.SIGINT
        raise Stopped(signal.Signals(number).name)

    def _watch(self) -> None:
        """Notices the end of the parent on systems that send no signal for it, and sends the signal to the main thread."""
        while os.getppid() == self._parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)
