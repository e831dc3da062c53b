"""Helpers of the checks: HTTP requests to a component on its own server, waiting, and the output of a check.

observe.sh.j2 sends this module to a server together with a check, so it needs only Python.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class CheckError(Exception):
    """The reason why a check has no result."""


class Api:
    """The HTTP API of a component. Requests use no proxy."""

    def __init__(
        self, url: str, timeout: float, headers: Mapping[str, str] | None = None, *handlers: urllib.request.BaseHandler
    ) -> None:
        self._url, self._timeout, self._headers = url, timeout, dict(headers or {})
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), *handlers)

    def text(self, path: str, content: Any = None) -> str:
        """The body of the response to a GET request, or to a POST request with JSON content."""
        data = None if content is None else json.dumps(content).encode()
        headers = self._headers if data is None else {**self._headers, "Content-Type": "application/json"}
        request = urllib.request.Request(self._url + path, data, headers)
        with self._opener.open(request, timeout=self._timeout) as response:
            return str(response.read().decode())

    def value(self, path: str, content: Any = None) -> Any:
        """The parsed JSON of the response."""
        return json.loads(self.text(path, content))


def critical_alerts(api: Api, path: str) -> list[dict[str, str]]:
    """The labels that the rules of critical alerts set, with the name of each alert. `path` lists the rules, as in Prometheus."""
    groups = api.value(path)["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"] if rule.get("type") == "alerting"]
    return [
        {**labels, "alertname": rule["name"]} for rule in rules if (labels := rule.get("labels") or {}).get("severity") == "critical"
    ]


def poll(read: Callable[[], T], complete: Callable[[T], bool], end: float, pause: float) -> T:
    """Reads a value until it is complete or the time `end` has passed, and returns the last value."""
    while True:
        value = read()
        if complete(value) or time.monotonic() > end:
            return value
        time.sleep(pause)


def print_result(url: str, check: Callable[[], Any]) -> None:
    """Prints the result of a check as JSON, or `error` with the reason why there is none."""
    try:
        result = check()
    except CheckError as error:
        result = {"error": str(error)}
    except (OSError, ValueError, KeyError) as error:
        result = {"error": f"{url} does not answer: {error}"}
    print(json.dumps(result))
