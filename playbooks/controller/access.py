"""Finds out whether the SSH user of a server can work as root there."""

from __future__ import annotations

import re
import shlex
from typing import Any

from . import secrets
from .unreachable import EXPIRED, Problem, Retry

Variables = dict[str, Any]

KEY = "cdktf-monitoring-access="
# The locale makes sudo's messages English.
_CHECK = f"""if [ "$(id -u)" = 0 ]; then echo {KEY}yes
elif ! command -v sudo >/dev/null; then echo {KEY}missing
elif LC_ALL=C LANGUAGE=C sudo -H -k %s -- sh -c :; then echo {KEY}yes
else echo {KEY}no; fi"""
# Each pattern in sudo's output, and the text about it.
_CAUSES = (
    (r"must have a tty", "sudo works only in a terminal: add to /etc/sudoers the line Defaults:{user} !requiretty"),
    (r"(?:not in the sudoers file|is not allowed to).*", 'user "{user}" may not use sudo ({0}): allow it in /etc/sudoers.d'),
)
WITHOUT_PASSWORD = "set sudoPassword, or let the user use sudo without a password (NOPASSWD in /etc/sudoers.d)"


def command(password: Variables | None) -> str:
    """The command that prints whether its user can work as root. It reads sudo's password if there is a reference to it."""
    return shlex.join(["sh", "-c", _CHECK % ("-S -p ''" if password else "-n")])


def problem(output: str, errors: str, user: str, password: Variables | None) -> Problem | None:
    """Why the SSH user cannot work as root; None if it can.

    output and errors: what the command printed.
    """
    answer = re.search(f"{KEY}(\\w+)", output)
    if answer and answer[1] == "yes":
        return None
    if expired := re.search(EXPIRED, f"{output}\n{errors}"):
        reason = f'the account of user "{user}" has expired on the server ({expired[0]}): passwd {user}, or chage -M -1 -E -1 {user}'
        return Problem(reason, Retry.NEVER)
    if not answer:
        shown = " ".join(f"{output}\n{errors}".split())
        return Problem(f'user "{user}" cannot run commands ({shown[:200] or "no output"}): correct user, or give the user a shell (chsh)', Retry.NEVER)
    if answer[1] == "missing":
        return Problem(f'user "{user}" is not root, and the server has no sudo: apt-get install sudo', Retry.NEVER)
    for pattern, reason in _CAUSES:
        if match := re.search(pattern, errors):
            return Problem(reason.replace("{0}", match[0]).replace("{user}", user), Retry.NEVER)
    if password:
        return Problem(f'sudo rejects the password of user "{user}" in {secrets.source(password)}: correct it', Retry.NEVER)
    if "password is required" in errors:
        return Problem(f'sudo asks user "{user}" for a password: {WITHOUT_PASSWORD}', Retry.NEVER)
    return Problem(f'sudo fails for user "{user}" ({" ".join(errors.split())[:200]}): {WITHOUT_PASSWORD}', Retry.NEVER)
