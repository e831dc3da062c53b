"""Finds Ansible, and runs it so that it never outlives us."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from .errors import RunError
from .lifetime import die_with_parent

MINIMUM = (2, 19)
INSTALL = "python3 -m venv {venv} && {venv}/bin/pip install 'ansible-core>=2.19,<2.20'"
# Settings of the user's own Ansible that would undo ours.
FOREIGN = ("ANSIBLE_STDOUT_CALLBACK", "ANSIBLE_CALLBACK_PLUGINS", "ANSIBLE_LIBRARY", "ANSIBLE_ROLES_PATH", "ANSIBLE_INVENTORY", "ANSIBLE_SSH_ARGS",
           "ANSIBLE_SSH_COMMON_ARGS", "ANSIBLE_SSH_EXTRA_ARGS", "ANSIBLE_SSH_HOST_KEY_CHECKING", "ANSIBLE_SSH_PIPELINING",
           "ANSIBLE_HOST_KEY_CHECKING", "ANSIBLE_GATHERING", "ANSIBLE_STRATEGY", "ANSIBLE_PIPELINING")


def find(state: Path) -> Path:
    """ansible-playbook from PATH, else from the virtual environment beside the state; new enough."""
    venv = state.parent / "venv"
    install = INSTALL.format(venv=venv)
    found = shutil.which("ansible-playbook") or shutil.which("ansible-playbook", path=str(venv / "bin"))
    if found is None:
        raise RunError(
            f"ansible-playbook was found neither in PATH nor in {venv / 'bin'}, nothing was started. Install it:\n  {install}"
        )
    version = _version(Path(found))
    if version is None or version < MINIMUM:
        what = "says no version" if version is None else f"is ansible-core {'.'.join(map(str, version))}"
        raise RunError(
            f"{found} {what}, needed is {'.'.join(map(str, MINIMUM))} or later, nothing was started. Install it:\n  {install}"
        )
    return Path(found)


def _version(program: Path) -> tuple[int, int] | None:
    """Asks the interpreter of the script, for `--version` takes longer than many a run."""
    interpreter = ""
    try:
        with program.open("rb") as stream:
            line = stream.readline(4096).decode("utf-8", "replace").strip()
        interpreter = line[2:] if line.startswith("#!") and "python" in line and " " not in line[2:] else ""
        ask = [interpreter, "-c", "from importlib.metadata import version; print('core', version('ansible-core'))"]
        answer = subprocess.run(ask if interpreter else [str(program), "--version"], capture_output=True, text=True, check=False)
        if interpreter and answer.returncode != 0:
            answer = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    match = re.search(r"core[ \]]*v?(\d+)\.(\d+)", answer.stdout)
    return (int(match[1]), int(match[2])) if match else None


def environment(config: Path, run: str, events: Path) -> dict[str, str]:
    """What Ansible sees: the user's environment (secrets are read from it), with our settings."""
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN and name != "MONITORING_INVENTORY"}
    own |= {"ANSIBLE_CONFIG": str(config), "MONITORING_RUN": run, "MONITORING_EVENTS": str(events)}
    if not sys.stdout.isatty():
        own["ANSIBLE_NOCOLOR"] = "1"
        own.pop("ANSIBLE_FORCE_COLOR", None)
    if not any("UTF-8" in own.get(name, "").upper().replace("UTF8", "UTF-8") for name in ("LC_ALL", "LC_CTYPE", "LANG")):
        own["LC_ALL"] = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    if sys.platform == "darwin":
        own["OBJC_DISABLE_INITIALIZE_FORK_SAFETY"] = "YES"
    return own


class Stopped(Exception):
    """We were told to stop, or who started us is gone."""


class Lifeline:
    """Ties us to our parent, and what we start to us.

    A signal, or the end of the parent, raises Stopped in the main thread; the running Ansible is stopped first.
    """

    def __init__(self) -> None:
        self._parent = os.getppid()
        self._child: subprocess.Popen[bytes] | None = None
        self._told_to_end = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        die_with_parent()
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def orphaned(self) -> bool:
        """Whether nobody may be left to hear how it went.

        A parent that is killed is there for a moment longer than the signal takes that tells of its end, and one that loses
        its terminal is told at the same time as we: after these signals it counts as gone, though it may be somebody else's.
        """
        return self._told_to_end or os.getppid() != self._parent

    def run(self, command: Sequence[str], env: dict[str, str], cwd: Path) -> int:
        """Runs a program to its end; answers its exit status."""
        # A session of its own: what a terminal's Ctrl-C stops first is we, and we stop Ansible in order.
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
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(other, signal.SIG_IGN)
        self._told_to_end = number != signal.SIGINT
        raise Stopped(signal.Signals(number).name)

    def _watch(self) -> None:
        """For systems that tell nobody of a parent's end; a pending signal reaches the main thread."""
        while os.getppid() == self._parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)
