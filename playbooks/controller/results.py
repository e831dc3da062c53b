"""Turns the events of the Ansible callback into the summary of a run and into result.json."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Event = dict[str, Any]
Result = dict[str, Any]

# In the order of the summary: hosts that need attention come last.
_ORDER = {"unchanged": 0, "ok": 1, "changed": 2, "interrupted": 3, "unknown": 3, "failed": 4, "unreachable": 4}
_BAD = ("failed", "unreachable")
# The summary combines unchanged hosts if there are more than this.
_MANY = 20


def read_events(path: Path) -> list[Event]:
    """The events so far, in order. A last line that is cut off is ignored."""
    events: list[Event] = []
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                events.append(json.loads(line))
            except ValueError:
                continue
    return events


def by_host(hosts: Iterable[str], events: list[Event], complete: bool = True) -> dict[str, Result]:
    """The result of each host.

    A host counts as touched if any task ran after the tasks that only observe it.
    complete: whether Ansible ran to its end. Otherwise the last event of a host may not be its result.
    """
    return {host: _result([event for event in events if event["host"] == host], complete) for host in hosts}


def _result(events: list[Event], complete: bool) -> Result:
    work = [event for event in events if not event["begin"]]
    changed = sum(event["status"] == "changed" for event in work)
    # The last one, because a rescue block says more about the failure than the task that failed first.
    bad = next((event for event in reversed(events) if event["status"] in _BAD), None)
    if work and work[-1]["status"] not in _BAD:
        bad = None  # a rescue block continued after the failure
    state = bad["status"] if bad else "changed" if changed else "ok" if work else "unchanged" if events else "unknown"
    if not complete and state not in _BAD:
        state = "interrupted" if work else "unknown"
    result = {"state": state, "touched": bool(work), "changed": changed, "tasks": len(events)}
    result["seconds"] = round(sum(event["seconds"] for event in events), 1)
    if warnings := [warning for event in events for warning in event.get("warnings", [])]:
        result["warnings"] = warnings
    if bad:
        # Any task may find out that a server is unreachable, so its name says nothing.
        task = "" if state == "unreachable" else f"{bad['name']}: "
        result["message"] = f"{task}{bad.get('message', '')}".strip()
    return result


def summary(run: str, results: dict[str, Result], check: bool = False) -> list[str]:
    """Aligned lines with run, host, status and details; the warnings of a host follow its line.

    check: whether the run only checked and changed nothing.
    """
    ranked = sorted(results.items(), key=lambda entry: (_ORDER[entry[1]["state"]], entry[0]))
    unchanged = sum(result["state"] == "unchanged" for _, result in ranked)
    rows: list[tuple[str, str, str]] = []
    if unchanged > _MANY:
        rows.append((f"{unchanged} servers", "unchanged", ""))
        ranked = [entry for entry in ranked if entry[1]["state"] != "unchanged"]
    for host, result in ranked:
        rows.append((host, *_words(result, check)))
        rows += [(host, "WARNING", warning) for warning in result.get("warnings", [])]
    hosts, states = (max((len(row[column]) for row in rows), default=0) for column in (0, 1))
    return [f"{run}  {host:<{hosts}}  {state:<{states}}  {details}".rstrip() for host, state, details in rows]


def _words(result: Result, check: bool) -> tuple[str, str]:
    """The status and details of a host."""
    state, seconds = result["state"], f"{result['seconds']} s"
    if state == "changed":
        tasks = "1 task" if result["changed"] == 1 else f"{result['changed']} tasks"
        return "would change" if check else "changed", f"{tasks}, {seconds}"
    if state == "ok":
        return "ok", f"nothing to change, {seconds}"
    if state == "unknown":
        return "not reached", ""
    if state == "interrupted":
        return "interrupted", f"after {result['tasks']} tasks; the next deploy continues on this server"
    if state in _BAD:
        lines = [line.strip() for line in result["message"].splitlines() if line.strip()]
        # The first line is often only "failed to validate".
        return state.upper(), " ".join(lines[:2])
    return state, ""
