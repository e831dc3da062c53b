"""Prints version, data sources and dashboards of a Grafana as JSON.

    grafana.py URL

The result has `version`, `sources` (each with the error of its health check), `dashboards`, `shown` (by metric, the servers with
a value in the table of the built-in dashboard "Fleet") and `panels` (for each built-in dashboard, and for each server that is
up if the dashboard shows a selected server, the number of panels and the titles of those without data).
The check logs in as `admin` with the password on the server.
"""

from __future__ import annotations

import base64
import json
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from component import Api, CheckError, poll, print_result

USER_PASSWORD = Path("/etc/grafana/secrets/admin_password")
GENERATED_PASSWORD = Path("/var/lib/monitoring/grafana/admin_password")
TAG = "cdktf-monitoring"  # of built-in dashboards
# Data sources without a usable health check: Alertmanager's plugin runs only in browsers, and old versions of Loki's plugin have
# no health check. A request through Grafana's proxy replaces it.
PROXY_PATHS = {"alertmanager": "/api/v2/status", "loki": "/loki/api/v1/labels"}
FLEET, TABLE = "cdktf-monitoring-fleet", "Servers"
COLUMNS = {"cpu": "CPU", "memory": "Memory", "disk": "Fullest disk"}
WAIT = 40.0  # seconds; a rate needs two scrapes after a deploy
MAX_SERVERS = 10  # servers whose panels are queried, because the panels of all servers are equal
PARALLEL = 4  # requests
TIMEOUT = 10.0  # seconds; Grafana itself waits half a minute for a data source


class Grafana:
    """Requests to a Grafana."""

    def __init__(self, url: str, password: str) -> None:
        credentials = base64.b64encode(f"admin:{password}".encode()).decode()
        # Verification would fail, because the certificate contains the public name and the check connects to an IP address.
        without_verification = urllib.request.HTTPSHandler(context=ssl._create_unverified_context())
        self._api = Api(url, TIMEOUT, {"Authorization": f"Basic {credentials}"}, without_verification)

    def get(self, path: str) -> Any:
        """The response to a GET request."""
        return self._api.value(path)

    def health(self, uid: str) -> str:
        """Why a data source does not answer; empty if it answers."""
        proxied = PROXY_PATHS.get(uid)
        path = f"/api/datasources/proxy/uid/{uid}{proxied}" if proxied else f"/api/datasources/uid/{uid}/health"
        try:
            answer = self.get(path)
        except urllib.error.HTTPError as error:
            with error:
                return error_message(error)
        except TimeoutError:
            return f"no answer within {TIMEOUT:.0f} s"
        return "" if proxied or answer.get("status") == "OK" else str(answer.get("message", answer))

    def query(self, queries: list[dict[str, Any]]) -> dict[str, Any]:
        """The results of queries, as a panel sends them."""
        return dict(self._api.value("/api/ds/query", {"queries": queries, "from": "now-5m", "to": "now"}))

    def has_data(self, queries: list[dict[str, Any]]) -> bool:
        """Whether any query of a panel returns a value."""
        try:
            answer = self.query(queries)
        except (urllib.error.HTTPError, TimeoutError):
            return False
        frames = [frame for result in answer.get("results", {}).values() for frame in result.get("frames") or []]
        columns = [frame["data"]["values"][-1] for frame in frames if frame["data"]["values"]]
        return any(value is not None for column in columns for value in column)

    def instances(self, expr: str) -> list[str]:
        """The servers for which a query returns a value now, sorted."""
        source = {"type": "prometheus", "uid": "prometheus"}
        query = {"refId": "A", "datasource": source, "expr": expr, "instant": True, "intervalMs": 15000, "maxDataPoints": 100}
        found = set()
        for frame in self.query([query])["results"]["A"].get("frames") or []:
            for field, values in zip(frame["schema"]["fields"], frame["data"]["values"]):
                if any(value is not None for value in values):
                    found.add((field.get("labels") or {}).get("instance"))
        return sorted(found - {None})

    def servers(self) -> list[str]:
        """The servers that are up, sorted."""
        return self.instances('up{job="node"} == 1')


def error_message(error: urllib.error.HTTPError) -> str:
    """The message in an error response, or the HTTP status."""
    try:
        return str(json.load(error)["message"] or error)
    except (ValueError, KeyError, TypeError):
        return str(error)


def panel_queries(board: dict[str, Any], server: str | None) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The title and the queries of each panel, for the selected server if the dashboard has a selection."""
    for panel in board.get("panels") or []:
        queries = [
            {
                "datasource": panel.get("datasource"),
                "intervalMs": 15000,
                "maxDataPoints": 100,
                **target,
                "expr": target.get("expr", "").replace("$instance", server or ""),
            }
            for target in panel.get("targets") or []
        ]
        if queries:
            yield panel.get("title", ""), queries


def shown_servers(grafana: Grafana) -> dict[str, list[str]]:
    """The servers in the table of all servers, by metric. Waits until every server that is up has all metrics."""
    board = grafana.get(f"/api/dashboards/uid/{FLEET}")["dashboard"]
    table = next(panel for panel in board["panels"] if panel.get("title") == TABLE)
    titles = next(each["options"]["renameByName"] for each in table["transformations"] if each["id"] == "organize")
    letters = {title: field.removeprefix("Value #") for field, title in titles.items()}
    queries = {target["refId"]: target["expr"] for target in table["targets"]}

    def read() -> dict[str, list[str]]:
        return {metric: grafana.instances(queries[letters[title]]) for metric, title in COLUMNS.items()}

    def complete(found: dict[str, list[str]]) -> bool:
        up = set(grafana.servers())
        return all(up <= set(servers) for servers in found.values())

    return poll(read, complete, time.monotonic() + WAIT, 2)


def panel_results(grafana: Grafana, uids: list[str]) -> list[dict[str, Any]]:
    """By dashboard, and by server if the dashboard has a selection: the number of panels and the titles of those without data."""
    found: list[dict[str, Any]] = []
    servers = grafana.servers()[:MAX_SERVERS]
    with ThreadPoolExecutor(PARALLEL) as pool:
        for uid in uids:
            board = grafana.get(f"/api/dashboards/uid/{uid}")["dashboard"]
            selections: list[str | None] = [*servers] if board.get("templating", {}).get("list") else [None]
            for server in selections:
                panels = list(panel_queries(board, server))
                answers = list(pool.map(grafana.has_data, [queries for _, queries in panels]))
                empty = [title for (title, _), answer in zip(panels, answers) if not answer]
                found.append({"title": board["title"], "server": server, "panels": len(panels), "empty": empty})
    return found


def results(url: str) -> dict[str, Any]:
    """All results."""
    password = (USER_PASSWORD if USER_PASSWORD.exists() else GENERATED_PASSWORD).read_text(encoding="utf-8").strip()
    grafana = Grafana(url, password)
    version = grafana.get("/api/health")["version"]
    sources = [
        {"uid": source["uid"], "name": source["name"], "error": grafana.health(source["uid"])}
        for source in grafana.get("/api/datasources")
    ]
    listed = grafana.get("/api/search?type=dash-db&limit=5000")
    boards = [{"uid": board["uid"], "title": board["title"]} for board in listed]
    built_in = sorted(board["uid"] for board in listed if TAG in board.get("tags", []))
    prometheus = any(source["uid"] == "prometheus" and source["error"] == "" for source in sources)
    fleet = prometheus and any(board["uid"] == FLEET for board in listed)
    shown = shown_servers(grafana) if fleet else {metric: [] for metric in COLUMNS}
    panels = panel_results(grafana, built_in) if prometheus and built_in else []
    return {"version": version, "sources": sources, "dashboards": boards, "shown": shown, "panels": panels}


def check(url: str) -> dict[str, Any]:
    """All results. Raises CheckError with the reason if Grafana returns an error response."""
    try:
        return results(url)
    except urllib.error.HTTPError as error:
        wrong_password = "the admin password on the server differs from the password in Grafana"
        raise CheckError(wrong_password if error.code == 401 else str(error)) from error


if __name__ == "__main__":
    print_result(sys.argv[1], lambda: check(sys.argv[1]))
