"""Asks a Grafana, on its own server, what it has; prints that as JSON: version, data sources with their health, dashboards.

    grafana.py URL

It logs in as `admin`, with the password that is on the server.
"""

from __future__ import annotations

import base64
import json
import ssl
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

GIVEN = Path("/etc/grafana/secrets/admin_password")
MADE = Path("/var/lib/monitoring/grafana/admin_password")
TIMEOUT = 10.0  # seconds; a data source that does not answer is given up by Grafana only after half a minute


class Grafana:
    """Its API."""

    def __init__(self, url: str, password: str) -> None:
        self._url = url
        self._headers = {"Authorization": "Basic " + base64.b64encode(f"admin:{password}".encode()).decode()}
        # A certificate is made out to the name that people use.
        unchecked = urllib.request.HTTPSHandler(context=ssl._create_unverified_context())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), unchecked)

    def get(self, path: str) -> Any:
        """What it answers."""
        request = urllib.request.Request(self._url + path, headers=self._headers)
        with self._opener.open(request, timeout=TIMEOUT) as answer:
            return json.load(answer)

    def health(self, uid: str) -> str:
        """Empty where a data source answers, else why not."""
        try:
            answer = self.get(f"/api/datasources/uid/{uid}/health")
        except urllib.error.HTTPError as error:
            with error:
                return str(json.load(error).get("message") or error)
        except TimeoutError:
            return f"no answer within {TIMEOUT:.0f} s"
        return "" if answer.get("status") == "OK" else str(answer.get("message", answer))


def ask(url: str) -> dict[str, Any]:
    """All that it has."""
    password = (GIVEN if GIVEN.exists() else MADE).read_text(encoding="utf-8").strip()
    grafana = Grafana(url, password)
    version = grafana.get("/api/health")["version"]
    sources = [
        {"uid": source["uid"], "name": source["name"], "error": grafana.health(source["uid"])}
        for source in grafana.get("/api/datasources")
    ]
    boards = [{"uid": board["uid"], "title": board["title"]} for board in grafana.get("/api/search?type=dash-db&limit=5000")]
    return {"version": version, "sources": sources, "dashboards": boards}


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
