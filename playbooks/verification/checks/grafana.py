"""Prints version, data sources and dashboards of a Grafana as JSON.

    grafana.py URL SERVER MONITORING [SERVERS]

SERVERS is the number of servers whose metrics Grafana must show.
The result has `version`, `sources` (each with the error of its health check), `dashboards`, `shown` (by metric, the servers with
a value in the table of the built-in dashboard "Fleet") and `panels`: for each dashboard, and for each server that is up if a
built-in dashboard shows one selected server, the number of panels and those without data. Each of these has `title`, `reason` and
`failed`: whether the panel should have data. `builtIn` is false for user-provided dashboards.
The check logs in as `admin` with the password on the server.
"""

from __future__ import annotations

import re
import sys
import time
import urllib.error
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from http.client import HTTPException
from pathlib import Path
from typing import Any

from component import CheckError, poll, print_result
from grafana_api import Grafana
from grafana_observer import DATA, Observer, Shown
from grafana_panels import Panel
from grafana_variables import Variable

USER_PASSWORD = Path("/etc/grafana/secrets/admin_password")
GENERATED_PASSWORD = Path("/var/lib/monitoring/grafana/admin_password")
TAG = "cdktf-monitoring"  # of built-in dashboards
FLEET, TABLE = "cdktf-monitoring-fleet", "Servers"
COLUMNS = {"cpu": "CPU", "memory": "Memory", "disk": "Fullest disk"}
SELECTION = "instance"  # the variable that selects a server
# Seconds; a rate needs two scrapes after a deploy, and a component that has just moved answers within this time.
WAIT = 40.0
BUDGET = 90.0  # seconds for the queries of all panels
MAX_SERVERS = 10  # servers whose panels are queried, because the panels of all servers are equal
MAX_USER_PROVIDED = 400  # panels of user-provided dashboards that are queried
PARALLEL = 4  # requests
PROMETHEUS = {"type": "prometheus", "uid": "prometheus"}

Json = Mapping[str, Any]


@dataclass(frozen=True)
class View:
    """A dashboard, for one server if the dashboard shows one selected server."""

    title: str
    built_in: bool
    server: str | None
    panels: list[Panel]


def instances(grafana: Grafana, expr: str) -> list[str]:
    """The servers for which a query returns a value now, sorted."""
    result, found = grafana.instant(PROMETHEUS, [expr])[0], set()
    for frame in result.get("frames") or []:
        for field, column in zip(frame["schema"]["fields"], frame["data"]["values"]):
            if any(value is not None for value in column):
                found.add((field.get("labels") or {}).get("instance"))
    return sorted(found - {None})


def servers_up(grafana: Grafana) -> list[str]:
    """The servers that are up, sorted."""
    return instances(grafana, 'up{job="node"} == 1')


def shown_servers(grafana: Grafana, expected: int, end: float) -> dict[str, list[str]]:
    """The servers in the table of all servers, by metric. Waits until all that are up, and as many as expected, have all metrics."""
    board = grafana.get(f"/api/dashboards/uid/{FLEET}")["dashboard"]
    table = next(panel for panel in board["panels"] if panel.get("title") == TABLE)
    titles = next(each["options"]["renameByName"] for each in table["transformations"] if each["id"] == "organize")
    letters = {title: field.removeprefix("Value #") for field, title in titles.items()}
    queries = {target["refId"]: target["expr"] for target in table["targets"]}

    def read() -> dict[str, list[str]]:
        return {metric: instances(grafana, queries[letters[title]]) for metric, title in COLUMNS.items()}

    def complete(found: dict[str, list[str]]) -> bool:
        # Before the first scrape of a server, Prometheus has no value for it, so the number of servers is compared as well.
        up = set(servers_up(grafana))
        return all(up <= set(servers) and len(servers) >= expected for servers in found.values())

    return poll(read, complete, end, 2)


def views(grafana: Grafana, observer: Observer, boards: list[Json]) -> list[View]:
    """The dashboards as they open; dashboards that show one selected server, for each server that is up."""
    found, servers, remaining = [], servers_up(grafana)[:MAX_SERVERS], MAX_USER_PROVIDED
    for listed in boards:
        board, built_in = grafana.get(f"/api/dashboards/uid/{listed['uid']}")["dashboard"], TAG in listed.get("tags", [])
        variables = (board.get("templating") or {}).get("list") or []
        selects = built_in and any(
            each.get("name") == SELECTION and not each.get("multi") and not each.get("includeAll") for each in variables
        )
        for server in [*servers] if selects else [None]:
            given = {SELECTION: Variable(SELECTION, server, server)} if server else {}
            panels = readable_panels(observer, board, given)
            if not built_in:
                limit = f"only {MAX_USER_PROVIDED} panels of user-provided dashboards are queried"
                panels = [*panels[:remaining], *(replace(panel, skipped=limit) for panel in panels[remaining:])]
                remaining = max(remaining - len(panels), 0)
            found.append(View(board["title"], built_in, server, panels))
    return found


def readable_panels(observer: Observer, board: Json, given: Mapping[str, Variable]) -> list[Panel]:
    """The panels of a dashboard. A malformed dashboard has one panel, which is not queried."""
    try:
        return observer.panels(board, given)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError, re.error, HTTPException) as error:
        return [Panel(str(board["title"]), skipped=f"the dashboard is malformed: {error!r}")]


def panel_results(grafana: Grafana, observer: Observer, boards: list[Json], end: float) -> list[dict[str, Any]]:
    """The panels of all dashboards. Waits for the data of panels of built-in dashboards that should have data."""
    shown = views(grafana, observer, boards)
    panels = [(view, panel) for view in shown for panel in view.panels]
    answers: dict[int, Shown] = {}

    def observe(indexes: list[int]) -> None:
        with ThreadPoolExecutor(PARALLEL) as pool:
            answers.update(zip(indexes, pool.map(lambda index: observer.observe(panels[index][1]), indexes)))

    def waiting() -> list[int]:
        return [index for index, each in answers.items() if panels[index][0].built_in and (each.failed or each.early)]

    observe([index for index, (_, panel) in enumerate(panels) if not panel.skipped])
    poll(lambda: observe(waiting()), lambda _: not waiting(), end, 2)
    return [
        result(view, [(panel, answers.get(index)) for index, (of, panel) in enumerate(panels) if of is view]) for view in shown
    ]


def result(view: View, answers: list[tuple[Panel, Shown | None]]) -> dict[str, Any]:
    """The result of a dashboard."""
    return {
        "title": view.title,
        "builtIn": view.built_in,
        "server": view.server,
        "panels": sum(shown is not None for _, shown in answers),
        "empty": [
            {"title": panel.title, "reason": shown.reason, "failed": shown.failed}
            for panel, shown in answers
            if shown and shown != DATA
        ],
        "skipped": [{"title": panel.title, "reason": panel.skipped} for panel, shown in answers if shown is None],
    }


def health(grafana: Grafana, sources: list[Json], end: float) -> dict[str, str]:
    """The error of each data source. Waits, because a component that has just moved may not answer yet."""
    return poll(
        lambda: {source["uid"]: grafana.health(source["uid"]) for source in sources},
        lambda found: not any(found.values()),
        end,
        2,
    )


def results(url: str, expected: int) -> dict[str, Any]:
    """All results."""
    password = (USER_PASSWORD if USER_PASSWORD.exists() else GENERATED_PASSWORD).read_text(encoding="utf-8").strip()
    grafana, end = Grafana(url, password), time.monotonic() + WAIT
    version = grafana.get("/api/health")["version"]
    sources = grafana.get("/api/datasources")
    errors = health(grafana, sources, end)
    listed = grafana.get("/api/search?type=dash-db&limit=5000")
    prometheus = errors.get(PROMETHEUS["uid"]) == ""
    fleet = prometheus and any(board["uid"] == FLEET for board in listed)
    shown = shown_servers(grafana, expected, end) if fleet else {metric: [] for metric in COLUMNS}
    unreachable = {source["uid"]: source["name"] for source in sources if errors[source["uid"]]}
    observer = Observer(grafana, sources, unreachable, time.monotonic() + BUDGET)
    boards = sorted(listed, key=lambda board: (TAG not in board.get("tags", []), board["uid"]))
    return {
        "version": version,
        "sources": [{"uid": source["uid"], "name": source["name"], "error": errors[source["uid"]]} for source in sources],
        "dashboards": [{"uid": board["uid"], "title": board["title"]} for board in listed],
        "shown": shown,
        "panels": panel_results(grafana, observer, boards, end) if prometheus else [],
    }


def check(url: str, expected: int = 0) -> dict[str, Any]:
    """All results. Raises CheckError with the reason if Grafana returns an error response."""
    try:
        return results(url, expected)
    except urllib.error.HTTPError as error:
        wrong_password = "the admin password on the server differs from the password in Grafana"
        raise CheckError(wrong_password if error.code == 401 else str(error)) from error


if __name__ == "__main__":
    print_result(sys.argv[1], lambda: check(sys.argv[1], *map(int, sys.argv[4:5])))
