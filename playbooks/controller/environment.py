"""Builds the environment of the programs on the controller: Ansible, ssh, and the programs that they start.

Variables of the user pass, because user-provided playbooks may read them. Variables that change or break a run do not.
"""

from __future__ import annotations

import fcntl
import functools
import locale
import os
import re
import socket
import stat
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from secrets import token_hex

from .cache import cache_directory
from .errors import RunError

# Ansible's settings that pass, with the form of a usable value. ansible.cfg and the inventory contain all others.
PASSED_SETTINGS = {
    "ANSIBLE_FORKS": r"[1-9][0-9]{0,3}",  # A small controller needs fewer, a large fleet more.
    "ANSIBLE_VERBOSITY": r"[0-9]",  # It shows the commands of ssh.
}
# Settings that also pass to user-provided playbooks. Built-in playbooks use no collection and no vault, so a wrong value of
# these settings cannot break them.
PLAYBOOK_SETTINGS = {
    "ANSIBLE_HOME": "",  # Contains collections.
    "ANSIBLE_COLLECTIONS_PATH": "",
    "ANSIBLE_VAULT_PASSWORD_FILE": "",
    "ANSIBLE_VAULT_IDENTITY": "",
    "ANSIBLE_VAULT_IDENTITY_LIST": "",
    "ANSIBLE_VAULT_ID_MATCH": "",
}
# Settings of the lookup plugins of HashiCorp Vault, such as its address and its token.
PLAYBOOK_PREFIX = "ANSIBLE_HASHI_VAULT_"
ANSIBLE_SETTING = re.compile(r"_?ANSIBLE_")
# The locale is set below. Variables of Python change the interpreter, and the modules that it finds. A script in BASH_ENV runs
# before every script of bash, and CDPATH makes the command cd write to standard output.
DROPPED = re.compile(r"LANG|LANGUAGE|LC_\w*|PYTHON\w*|BASH_ENV|CDPATH")
# Input of this program, which is too large to copy it into each program.
OWN_INPUT = ("MONITORING_INVENTORY", "MONITORING_MEMBERS", "MONITORING_ARTIFACTS", "MONITORING_NAMES")
# With one of these, every program reads and writes UTF-8. Debian has the first one always, macOS the second one.
LOCALES = ("C.UTF-8", "en_US.UTF-8")
# Length of the path of a socket that every system supports, with the name of a connection, and the suffix that ssh appends to
# this name while it creates the socket.
SOCKET_LENGTH = 103 - len("/0123456789abcdef" + ".0123456789abcdef")


def clean() -> dict[str, str]:
    """The environment of ssh and other programs: the user's environment, without variables that break programs."""
    result = {
        name: value
        for name, value in os.environ.items()
        if not DROPPED.fullmatch(name) and not ANSIBLE_SETTING.match(name) and name not in OWN_INPUT
    }
    result["LC_ALL"] = utf8_locale()
    # An empty HOME would be the root folder. Without the variable, programs read the user's home folder from the system.
    if not result.get("HOME"):
        result.pop("HOME", None)
    if "TMPDIR" in result and not _is_writable(Path(result["TMPDIR"])):
        del result["TMPDIR"]
    return result


def of_ansible(config: Path, run: str, events: Path, home: Path, user_provided: bool = False) -> dict[str, str]:
    """The environment of Ansible.

    config: the path of ansible.cfg. run: the run's name. events: the file to which the callback writes the outcome of each task.
    home: a private folder for temporary files. user_provided: whether the playbook is from the user.
    """
    settings = {name: value for name, value in os.environ.items() if passes(name, value, user_provided)}
    result = clean() | ({} if user_provided else {"ANSIBLE_HOME": str(home)}) | settings
    result |= {
        "ANSIBLE_CONFIG": str(config),
        "ANSIBLE_LOCAL_TEMP": str(home / "tmp"),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(control_directory()),
        "MONITORING_RUN": run,
        "MONITORING_EVENTS": str(events),
    }
    if not sys.stdout.isatty():
        result["ANSIBLE_NOCOLOR"] = "1"
    if sys.platform == "darwin":
        result["OBJC_DISABLE_INITIALIZE_FORK_SAFETY"] = "YES"
    return result


def passes(name: str, value: str, user_provided: bool) -> bool:
    """Whether a setting of Ansible in the user's environment applies to a run."""
    if name in PASSED_SETTINGS:
        return re.fullmatch(PASSED_SETTINGS[name], value) is not None
    return user_provided and (name in PLAYBOOK_SETTINGS or name.startswith(PLAYBOOK_PREFIX))


def ignored(environment: Mapping[str, str]) -> list[str]:
    """The settings of Ansible in an environment that apply to no run."""
    return sorted(name for name, value in environment.items() if ANSIBLE_SETTING.match(name) and not passes(name, value, True))


def report_ignored(state: Path, deploy: str, log: Callable[[str], None]) -> None:
    """Logs the ignored settings once per deploy, although each run of the deploy calls this function.

    state: the stack's private state folder. deploy: identifies the deploy.
    """
    names = ignored(os.environ)
    if not names:
        return
    identity = f"{deploy} {' '.join(names)}\n"
    with (state / "ignored-settings").open("a+", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.seek(0)
        if stream.read() == identity:
            return
        stream.truncate(0)
        stream.write(identity)
    log(f"ignores {', '.join(names)} in the environment: docs/guides/own-project.md lists the settings of Ansible that apply")


@functools.cache
def utf8_locale() -> str:
    """The name of an installed locale with UTF-8. Raises RunError if there is none."""
    before = locale.setlocale(locale.LC_ALL)
    wanted = [os.environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    try:
        for name in (*LOCALES, *(each for each in wanted if re.search(r"utf-?8", each, re.I))):
            try:
                locale.setlocale(locale.LC_ALL, name)
            except locale.Error:
                continue
            return name
    finally:
        locale.setlocale(locale.LC_ALL, before)
    raise RunError(f"this machine has none of the locales {' and '.join(LOCALES)}, which Ansible needs: install one of them")


@functools.cache
def control_directory() -> Path:
    """The folder for the sockets of shared SSH connections, which all runs use. Raises RunError if there is none."""
    candidates = [cache_directory() / "ssh", Path(tempfile.gettempdir()) / f"cdktf-monitoring-{os.getuid()}"]
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        candidates.insert(0, Path(runtime) / "cdktf-monitoring")
    for folder in candidates:
        if _holds_sockets(folder):
            return folder
    tried = ", ".join(str(folder) for folder in candidates)
    raise RunError(f"no folder for the sockets of ssh ({tried}): set XDG_RUNTIME_DIR to a private folder with a short path")


def _holds_sockets(folder: Path) -> bool:
    """Creates a private folder. Returns whether it belongs to this user, has a short path, and its file system has sockets."""
    # ssh replaces percent signs in the path, and splits it at spaces.
    if len(os.fsencode(folder)) > SOCKET_LENGTH or not folder.is_absolute() or re.search(r"[\s%\"'\\$]", str(folder)):
        return False
    # Several threads may ask at the same time.
    probe = folder / f".{token_hex(8)}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
            return False
        with socket.socket(socket.AF_UNIX) as stream:
            stream.bind(str(probe))
        probe.unlink()
    except OSError:
        return False
    return True


def _is_writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
