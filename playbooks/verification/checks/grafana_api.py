"""Requests to a Grafana and, through it, to its data sources."""

from __future__ import annotations

import base64
import json
import ssl
import string
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from component import Api

# Data sources without a usable health check: Alertmanager's plugin runs only in browsers, and old versions of Loki's plugin have
# no health check. A request through Grafana's proxy replaces it.
PROXY_PATHS = {"alertmanager": "/api/v2/status", "loki": "/loki/api/v1/labels"}
TIMEOUT = 10.0  # seconds; Grafana itself waits half a minute for a data source
REF_IDS = string.ascii_uppercase

Json = Mapping[str, Any]


class Grafana:
    """Requests to a Grafana as the user `admin`."""

    def __init__(self, url: str, password: str) -> None:
        credentials = base64.b64encode(f"admin:{password}".encode()).decode()
        # Verification would fail, because the certificate contains the public name and the check connects to an IP address.
        without_verification = urllib.request.HTTPSHandler(context=ssl._create_unverified_context())
        self._api = Api(url, TIMEOUT, {"Authorization": f"Basic {credentials}"}, without_verification)

    def get(self, path: str) -> Any:
        """The response to a GET request."""
        return self._api.value(path)

    def proxied(self, uid: str, path: str, parameters: Sequence[tuple[str, str]] = ()) -> Any:
        """The response of a data source to a GET request."""
        return self.get(f"/api/datasources/proxy/uid/{uid}{path}?{urllib.parse.urlencode(parameters)}")

    def health(self, uid: str) -> str:
        """Why a data source does not answer; empty if it answers."""
        try:
            if uid in PROXY_PATHS:
                self.proxied(uid, PROXY_PATHS[uid])
                return ""
            answer = self.get(f"/api/datasources/uid/{uid}/health")
        except urllib.error.HTTPError as error:
            with error:
                return error_message(error)
        except TimeoutError:
            return f"no answer within {TIMEOUT:.0f} s"
        return "" if answer.get("status") == "OK" else str(answer.get("message", answer))

    def query(self, queries: Sequence[Json], start: int, end: int) -> dict[str, Json]:
        """The results of queries by their ids, as a panel gets them for a time range in milliseconds."""
        try:
            answer = self._api.value("/api/ds/query", {"queries": queries, "from": str(start), "to": str(end)})
        except urllib.error.HTTPError as error:
            with error:
                body = error.read().decode(errors="replace")
            answer = failed_answer(body, str(error), queries)
        return dict(answer.get("results") or {})

    def instant(self, source: Json, expressions: Sequence[str]) -> list[Json]:
        """The results of instant queries now."""
        kind = {"queryType": "instant"} if source.get("type") == "loki" else {"instant": True, "range": False}
        now, found = int(time.time() * 1000), []
        for first in range(0, len(expressions), len(REF_IDS)):
            batch = dict(zip(REF_IDS, expressions[first : first + len(REF_IDS)]))
            queries = [
                {"refId": each, "datasource": source, "expr": text, "intervalMs": 15_000, "maxDataPoints": 100, **kind}
                for each, text in batch.items()
            ]
            results = self.query(queries, now - 3_600_000, now)
            found += [results.get(each) or {} for each in batch]
        return found


def failed_answer(body: str, status: str, queries: Sequence[Json]) -> Json:
    """The results in an error response; the same error for all queries if the response has none."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = {}
    if isinstance(answer, dict) and answer.get("results"):
        return answer
    message = (answer.get("message") if isinstance(answer, dict) else None) or status
    return {"results": {str(query["refId"]): {"error": message} for query in queries}}


def error_message(error: urllib.error.HTTPError) -> str:
    """The message in an error response, or the HTTP status."""
    try:
        return str(json.load(error)["message"] or error)
    except (ValueError, KeyError, TypeError):
        return str(error)
