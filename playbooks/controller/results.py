"""What came of a run: from the callback's events to a summary for people, and result.json for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Event = dict[str, Any]


def read_events(path: Path) -> list[Event]:
    """The outcomes so far, in order; a last line that was cut off does not count."""
    events: list[Event] = []
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                events.append(json.loads(line))
            except ValueError:
                continue
    return events


def by_host(hosts: Iterable[str], events: list[Event], complete: bool = True) -> dict[str, dict[str, Any]]:
    """How each host ended.

    A host is touched when anything ran beyond the first look.
    complete: whether Ansible came to its end; otherwise a host's last event may not be its end.
    """
    results: dict[str, dict[str, Any]] = {}
    for host in hosts:
        mine = [event for event in events if event["host"] == host]
        beyond = [event for event in mine if not event["begin"]]
        changed = sum(event["status"] == "changed" for event in beyond)
        bad = next((event for event in mine if event["status"] in ("failed", "unreachable")), None)
        if beyond and beyond[-1]["status"] not in ("failed", "unreachable"):
            bad = None  # a rescue went on after it
        state = bad["status"] if bad else "changed" if changed else "ok" if beyond else "unchanged" if mine else "unknown"
        if not complete and state not in ("failed", "unreachable"):
            state = "interrupted" if beyond else "unknown"
        result = {"state": state, "touched": bool(beyond), "changed": changed, "tasks": len(mine)}
        result["seconds"] = round(sum(event["seconds"] for event in mine), 1)
        if warnings := [warning for event in mine for warning in event.get("warnings", [])]:
            result["warnings"] = warnings
        if bad:
            result["message"] = f"{bad['name']}: {bad.get('message', '')}".strip()
        results[host] = result
    return results


def summary(run: str, results: dict[str, dict[str, Any]], check: bool = False) -> list[str]:
    """A line a host with its warnings below, those that failed last; many unchanged hosts share one."""
    order = {"unchanged": 0, "ok": 1, "changed": 2, "interrupted": 3, "unknown": 3, "failed": 4, "unreachable": 4}
    ranked = sorted(results.items(), key=lambda entry: (order[entry[1]["state"]], entry[0]))
    lines: list[str] = []
    unchanged = [host for host, result in ranked if result["state"] == "unchanged"]
    if len(unchanged) > 20:
        lines.append(f"{run}  {len(unchanged)} servers: unchanged")
        ranked = [entry for entry in ranked if entry[1]["state"] != "unchanged"]
    for host, result in ranked:
        lines.append(f"{run}  {host}: {_words(result, check)}")
        lines += [f"{run}  {host}: WARNING: {warning}" for warning in result.get("warnings", [])]
    return lines


def _words(result: dict[str, Any], check: bool) -> str:
    state, seconds = result["state"], f" in {result['seconds']} s"
    if state == "changed":
        return f"{result['changed']} {'would change' if check else 'changed'}{seconds}"
    if state == "ok":
        return f"checked, nothing to change{seconds}"
    if state == "unknown":
        return "not reached"
    if state == "interrupted":
        return f"stopped after {result['tasks']} tasks; the next deploy goes on there"
    if state in ("failed", "unreachable"):
        lines = [line.strip() for line in result["message"].splitlines() if line.strip()]
        # The first line is often no more than "failed to validate".
        return f"{state.upper()}: {' '.join(lines[:2])}"
    return state


def write(path: Path, result: dict[str, Any]) -> None:
    """Writes result.json, whole or not at all."""
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    partial.replace(path)
