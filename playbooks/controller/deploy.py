"""Facts about the deploy that a run belongs to, although each run of a deploy is a process of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from . import environment
from .contract import OWNER

TRUST = "CDKTF_MONITORING_TRUST"
SHELLS = {"ash", "bash", "busybox", "csh", "dash", "fish", "ksh", "sh", "tcsh", "zsh"}
PROCESSES = Path("/proc")


def identity() -> str:
    """The process that started the runs, usually Terraform: its id, and when it started.

    This is the nearest ancestor that is not a shell. Another process may get the same id later, but not the same start.
    """
    process = os.getppid()
    while True:
        parent, name, started = _linux(process) if PROCESSES.is_dir() else _other(process)
        # The name of a login shell begins with a hyphen.
        if parent <= 1 or Path(name).name.removeprefix("-") not in SHELLS:
            return f"{process} {started}"
        process = parent


def _linux(process: int) -> tuple[int, str, str]:
    """Parent, name and start of a process. The name is in parentheses, and may contain some itself."""
    try:
        text = (PROCESSES / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0, "", ""
    name, fields = text[text.index("(") + 1 : text.rindex(")")], text[text.rindex(")") + 2 :].split()
    return int(fields[1]), name, fields[19]


def _other(process: int) -> tuple[int, str, str]:
    """Like _linux, on systems without /proc."""
    command = ["ps", "-o", "ppid=,lstart=,comm=", "-p", str(process)]
    words = subprocess.run(command, capture_output=True, text=True, check=False, env=environment.clean()).stdout.split(None, 6)
    return (int(words[0]), words[6].strip(), " ".join(words[1:6])) if len(words) == 7 else (0, "", "")


def started_by_terraform() -> bool:
    """Whether Terraform started this process, and not a command such as play."""
    return os.environ.get("MONITORING_TRUST") == "first-use"


def accepted_host_keys(state: Path, common: dict[str, Any]) -> tuple[str, ...] | None:
    """The servers whose unknown host keys this deploy may accept; None for all.

    The first deploy of a stack writes the id of its owner to the private folder. If the file is missing later, the folder was
    lost, or this is another machine, and a key that is unknown here may be known elsewhere. The command play starts the same
    runs, but accepts no unknown keys except those of the servers that the user names.

    state: the stack's private folder. common: the variables of all hosts in the inventory.
    """
    try:
        written = (state / OWNER).read_text(encoding="utf-8").strip()
    except OSError:
        written = ""
    original = written and written == (common.get("monitoring_owner") or {}).get("id")
    if original and started_by_terraform():
        return None
    return tuple(name.strip() for name in os.environ.get(TRUST, "").split(",") if name.strip())
