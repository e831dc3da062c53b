"""Asks a Grafana, on its own server, what it has; prints that as JSON: version, data sources with their health, dashboards.

Of the table of servers in our dashboard "Fleet" it asks which servers have a value in its columns. Of our own dashboards it asks what each panel asks, of each server that is up, and tells how many have an answer.

    grafana.py URL

It logs in as `admin`, with the password that is on the server.
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

GIVEN = Path("/etc/grafana/secrets/admin_password")
MADE = Path("/var/lib/monitoring/grafana/admin_password")
OURS = "cdktf-monitoring"  # the tag of our dashboards
# Data sources whose health Grafana cannot tell: the plugin of Alertmanager runs in browsers only, that of Loki learnt it late.
# These are asked themselves, through Grafana.
ASKED_THEMSELVES = {"alertmanager": "/api/v2/status", "loki": "/loki/api/v1/labels"}
FLEET, TABLE = "cdktf-monitoring-fleet", "Servers"
COLUMNS = {"cpu": "Processors", "memory": "Memory", "disk": "Fullest disk"}
PATIENCE = 40.0  # seconds; where something was only just deployed, the second scrape comes within these, which a rate needs
SERVERS = 10  # of so many servers the panels are asked: all have the same
AT_ONCE = 4  # requests
TIMEOUT = 10.0  # seconds; a data source that does not answer is given up by Grafana only after half a minute


class Grafana:
    """Its API."""

    def __init__(self, url: str, password: str) -> None:
        self._url = url
        self._headers = {"Authorization": "Basic " + base64.b64encode(f"admin:{password}".encode()).decode()}
        # A certificate is made out to the name that people use.
        unchecked = urllib.request.HTTPSHandler(context=ssl._create_unverified_context())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), unchecked)

    def get(self, path: str, sent: Any = None) -> Any:
        """What it answers, to what is sent to it if anything is."""
        body = None if sent is None else json.dumps(sent).encode()
        headers = {**self._headers, "Content-Type": "application/json"}
        request = urllib.request.Request(self._url + path, data=body, headers=headers)
        with self._opener.open(request, timeout=TIMEOUT) as answer:
            return json.load(answer)

    def health(self, uid: str) -> str:
        """Empty where a data source answers, else why not."""
        own = ASKED_THEMSELVES.get(uid)
        path = f"/api/datasources/proxy/uid/{uid}{own}" if own else f"/api/datasources/uid/{uid}/health"
        try:
            answer = self.get(path)
        except urllib.error.HTTPError as error:
            with error:
                return message_of(error)
        except TimeoutError:
            return f"no answer within {TIMEOUT:.0f} s"
        return "" if own or answer.get("status") == "OK" else str(answer.get("message", answer))

    def has_data(self, queries: list[dict[str, Any]]) -> bool:
        """Whether some query of a panel has a value."""
        try:
            answer = self.get("/api/ds/query", {"queries": queries, "from": "now-5m", "to": "now"})
        except (urllib.error.HTTPError, TimeoutError):
            return False
        frames = [frame for result in answer.get("results", {}).values() for frame in result.get("frames") or []]
        columns = [frame["data"]["values"][-1] for frame in frames if frame["data"]["values"]]
        return any(value is not None for column in columns for value in column)

    def instances(self, expr: str) -> list[str]:
        """The servers of which a query has a value now, sorted."""
        source = {"type": "prometheus", "uid": "prometheus"}
        query = {"refId": "A", "datasource": source, "expr": expr, "instant": True, "intervalMs": 15000, "maxDataPoints": 100}
        answer = self.get("/api/ds/query", {"queries": [query], "from": "now-5m", "to": "now"})
        found = set()
        for frame in answer["results"]["A"].get("frames") or []:
            for field, values in zip(frame["schema"]["fields"], frame["data"]["values"]):
                if any(value is not None for value in values):
                    found.add((field.get("labels") or {}).get("instance"))
        return sorted(found - {None})

    def servers(self) -> list[str]:
        """The servers that are up, sorted."""
        return self.instances('up{job="node"} == 1')


def message_of(error: urllib.error.HTTPError) -> str:
    """What Grafana says of an error, or what the error is called."""
    try:
        return str(json.load(error)["message"] or error)
    except (ValueError, KeyError, TypeError):
        return str(error)


def panels_of(board: dict[str, Any], server: str | None) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The title of each panel, and what it asks, of a server where people choose one."""
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


def shown(grafana: Grafana) -> dict[str, list[str]]:
    """Of which servers the table of all servers shows what, when it shows that of all that are up or patience is over."""
    board = grafana.get(f"/api/dashboards/uid/{FLEET}")["dashboard"]
    table = next(panel for panel in board["panels"] if panel.get("title") == TABLE)
    names = next(each["options"]["renameByName"] for each in table["transformations"] if each["id"] == "organize")
    letters = {title: field.removeprefix("Value #") for field, title in names.items()}
    queries = {target["refId"]: target["expr"] for target in table["targets"]}
    end = time.monotonic() + PATIENCE
    while True:
        found = {what: grafana.instances(queries[letters[title]]) for what, title in COLUMNS.items()}
        wanted = set(grafana.servers())
        if all(wanted <= set(servers) for servers in found.values()) or time.monotonic() > end:
            return found
        time.sleep(2)


def look_at_panels(grafana: Grafana, uids: list[str]) -> list[dict[str, Any]]:
    """Of each dashboard, and each server where people choose one, how many panels there are, and which have no data."""
    found: list[dict[str, Any]] = []
    servers = grafana.servers()[:SERVERS]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for uid in uids:
            board = grafana.get(f"/api/dashboards/uid/{uid}")["dashboard"]
            chosen: list[str | None] = [*servers] if board.get("templating", {}).get("list") else [None]
            for server in chosen:
                panels = list(panels_of(board, server))
                answers = list(pool.map(grafana.has_data, [queries for _, queries in panels]))
                empty = [title for (title, _), answer in zip(panels, answers) if not answer]
                found.append({"title": board["title"], "server": server, "panels": len(panels), "empty": empty})
    return found


def ask(url: str) -> dict[str, Any]:
    """All that it has."""
    password = (GIVEN if GIVEN.exists() else MADE).read_text(encoding="utf-8").strip()
    grafana = Grafana(url, password)
    version = grafana.get("/api/health")["version"]
    sources = [
        {"uid": source["uid"], "name": source["name"], "error": grafana.health(source["uid"])}
        for source in grafana.get("/api/datasources")
    ]
    listed = grafana.get("/api/search?type=dash-db&limit=5000")
    boards = [{"uid": board["uid"], "title": board["title"]} for board in listed]
    ours = sorted(board["uid"] for board in listed if OURS in board.get("tags", []))
    answering = any(source["uid"] == "prometheus" and source["error"] == "" for source in sources)
    has_fleet = answering and any(board["uid"] == FLEET for board in listed)
    columns = shown(grafana) if has_fleet else {what: [] for what in COLUMNS}
    panels = look_at_panels(grafana, ours) if answering and ours else []
    return {"version": version, "sources": sources, "dashboards": boards, "shown": columns, "panels": panels}


def main(url: str) -> None:
    """Prints it."""
    print(json.dumps(ask(url)))


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except urllib.error.HTTPError as error:
        WHY = "the password on its server is not the one that it knows" if error.code == 401 else str(error)
        print(json.dumps({"error": WHY}))
    except (OSError, ValueError, KeyError) as error:
        print(json.dumps({"error": f"{sys.argv[1]} does not answer: {error}"}))
