"""Prints a line for each task on each host, and writes the results as JSON for the summary of run.py."""

from __future__ import annotations

import json
import os
import time

from ansible import constants as C
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
    name: progress
    type: stdout
    short_description: Prints one line per task and host
    description:
        - Prints run, host, task and status when a task ends, and the full output of a task that failed.
        - Appends each result to the file E(MONITORING_EVENTS), one JSON document per line.
        - Tasks with the tag C(begin) only observe a server. They are printed only if they fail.
        - The message of a task with the tag C(warning) is a list of warnings for the end of the summary. The result
          C(monitoring_warnings) of an action is such a list too.
        - The output of a task with the tag C(answer) is written to the file.
"""

# Keys of a result that describe a failure, in the order in which to print them.
DETAILS = ("msg", "reason", "stderr", "stdout", "module_stderr", "module_stdout", "exception")


class CallbackModule(CallbackBase):
    """Prints and records the results of tasks."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "progress"

    def __init__(self) -> None:
        super().__init__()
        self._run = os.environ.get("MONITORING_RUN", "ansible")
        self._events = os.environ.get("MONITORING_EVENTS")
        self._started: dict[tuple[str, str], float] = {}
        self._width = 0

    def v2_playbook_on_play_start(self, play):
        hosts = play.get_variable_manager()._inventory.get_hosts() if play.get_variable_manager() else []
        self._width = min(24, max((len(host.get_name()) for host in hosts), default=0))

    def v2_runner_on_start(self, host, task):
        self._started[host.get_name(), task._uuid] = time.time()

    def v2_runner_on_ok(self, result):
        if result.task.action in C._ACTION_ALL_INCLUDES:
            return  # The included tasks have lines of their own.
        self._handle_warnings(result.result)
        changed = bool(result.result.get("changed"))
        message = result.task.action in C._ACTION_DEBUG and "msg" in result.result
        warnings = result.result["msg"] if message and "warning" in result.task.tags else result.result.get("monitoring_warnings", [])
        self._report(result, "changed" if changed else "ok", silent=message, warnings=warnings)
        if message and not warnings:
            self._line(result, str(result.result["msg"]))

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._handle_warnings(result.result)
        message = explain(result.result)
        if ignore_errors:
            self._report(result, "ok")
            self._line(result, f"{title(result)} … failed, which is ignored: {first_line(message)}")
            return
        self._report(result, "failed", message)

    def v2_runner_on_unreachable(self, result):
        message = plain(str(result.result.get("msg", "no answer")))
        if result.task.ignore_unreachable:
            self._report(result, "ok", silent=True)
            self._line(result, f"does not answer yet: {first_line(message)}")
            return
        self._report(result, "unreachable", message)

    def v2_runner_retry(self, result):
        # Services take some seconds to start, so only every tenth attempt is printed.
        attempts = result.result.get("attempts", 0)
        if attempts % 10 == 0:
            self._line(result, f"{title(result)} … not yet ({attempts} of {result.result.get('retries')})")

    def v2_playbook_on_no_hosts_matched(self):
        self._display.display(f"{self._run}  no hosts")

    def _report(self, result, status, message=None, silent=False, warnings=()):
        host = result.host.get_name()
        begin = "begin" in result.task.tags
        started = self._started.pop((host, result.task._uuid), time.time())
        seconds = round(time.time() - started, 2)
        event = {"name": title(result), "host": host, "begin": begin, "status": status, "seconds": seconds}
        # Seconds since 1970, so that tasks of several runs can be compared.
        event |= {"role": role(result), "started": round(started, 2)}
        # Ansible validates the arguments of a role on the controller, without the server.
        checks = result.task.action.endswith("validate_argument_spec")
        if checks and status == "ok":
            return
        event["begin"] = begin or checks
        if message:
            event["message"] = message
        if warnings:
            event["warnings"] = list(warnings)
        if "answer" in result.task.tags and status in ("ok", "changed"):
            event["answer"] = result.result["stdout_lines"]
        self._record(event)
        failed = status in ("failed", "unreachable")
        if failed or not (begin or silent):
            word = status.upper() if failed else status
            colour = {"changed": C.COLOR_CHANGED, "ok": C.COLOR_OK}.get(status, C.COLOR_ERROR)
            self._line(result, f"{title(result)} … {word}", colour)
        if failed:
            text = "\n".join("    " + line for line in (message or "").splitlines())
            self._display.display(text, color=C.COLOR_ERROR)

    def _line(self, result, text, colour=None):
        host = result.host.get_name().ljust(self._width)
        self._display.display(f"{self._run}  {host}  {text}", color=colour)

    def _record(self, event):
        if self._events:
            with open(self._events, "a", encoding="utf-8") as stream:
                stream.write(json.dumps(event) + "\n")


def title(result) -> str:
    """Name of the task without its role."""
    return result.task.get_name().split(" : ", 1)[-1].strip()


def role(result) -> str | None:
    """Role of the task; None for a task of a playbook."""
    found = getattr(result.task, "_role", None)
    return found.get_name() if found else None


def plain(text: str) -> str:
    """The text without the prefixes of Ansible and ssh."""
    for prefix in ("Task failed: ", "Failed to connect to the host via ssh: "):
        text = text.removeprefix(prefix)
    return "\n".join(line for line in text.splitlines() if line.strip("@ ")).strip()


def first_line(text: str) -> str:
    """The first line that is not empty."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def explain(result: dict) -> str:
    """The messages and outputs of a failed task, each once."""
    if result.get("_ansible_no_log") or "censored" in result:
        return "the output is hidden, because the task handles secrets"
    parts: list[str] = []
    failed_items = [item for item in result.get("results", []) if isinstance(item, dict) and item.get("failed")]
    for item in failed_items:
        label = item.get("_ansible_item_label", item.get("item", ""))
        parts.append(f"{label}: {explain(item)}")
    if not failed_items:
        for key in DETAILS:
            value = result.get(key)
            if isinstance(value, (list, tuple)):
                value = "\n".join(str(line) for line in value)
            text = plain(str(value)) if value else ""
            if text and text != "(traceback unavailable)" and not any(text in part for part in parts):
                parts.append(text)
    return "\n".join(parts) or json.dumps(result, default=str)
