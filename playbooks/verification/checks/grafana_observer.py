"""Queries the panels of dashboards through Grafana, and finds out why panels show nothing."""

from __future__ import annotations

import re
import time
import urllib.error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from grafana_api import Grafana
from grafana_panels import Panel, Sources, dashboard_panels, panel_time, time_range
from grafana_results import Selector, executed, filters, log_filters, log_selectors, selectors, values
from grafana_variables import Option, Variables, escape_loki, escape_prometheus, replaced, resolve

Json = Mapping[str, Any]
MAX_ERROR = 200  # characters of an error in a reason


@dataclass(frozen=True)
class Shown:
    """What a panel shows."""

    reason: str = ""
    """Why the panel shows nothing or an error; empty if it shows data."""
    failed: bool = False
    """Whether the panel should show data."""
    early: bool = False
    """Whether data arrives within a few scrapes if the stack is healthy."""


DATA = Shown()


class Observer:
    """Queries the panels of dashboards."""

    def __init__(self, grafana: Grafana, sources: Sequence[Json], unreachable: Mapping[str, str], end: float) -> None:
        """`unreachable` contains the names of the data sources that do not answer, by uid. No query starts after `end`."""
        self._grafana, self._sources, self._unreachable, self._end = grafana, Sources(sources), unreachable, end
        self.syntax_tree = lru_cache(maxsize=None)(self._syntax_tree)

    def panels(self, board: Json, given: Variables) -> list[Panel]:
        """The panels of a dashboard with their queries. `given` are the variables whose values the caller selects."""
        now = datetime.now(timezone.utc)
        start, end = time_range(panel_time(board, {}), now)

        def ask(definition: Json, known: Variables) -> list[Option]:
            return self._options(definition, known, start, end)

        # Definitions of the type "adhoc" are filters, which Grafana adds to the queries. They have no value to replace.
        definitions = [each for each in (board.get("templating") or {}).get("list") or [] if each.get("type") != "adhoc"]
        return list(dashboard_panels(board, resolve(definitions, ask, given), self._sources, now))

    def _options(self, definition: Json, known: Variables, start: int, end: int) -> list[Option]:
        """The options of a variable of the type `query` or `datasource`; none if the data source does not answer in time."""
        query = definition.get("query") or ""
        if definition.get("type") == "datasource":
            return self._sources.options(str(query))
        source = self._sources.find(definition.get("datasource"), known)
        if definition.get("type") != "query" or source is None or source["uid"] in self._unreachable:
            return []
        options = {"prometheus": self._prometheus_options, "loki": self._loki_options}.get(source["type"])
        if time.monotonic() > self._end:
            return []
        try:
            return options(source["uid"], query, known, start, end) if options else []
        except (urllib.error.HTTPError, TimeoutError):
            return []

    def _prometheus_options(self, uid: str, query: Any, known: Variables, start: int, end: int) -> list[Option]:
        text = replaced(str(query.get("query") or "") if isinstance(query, Mapping) else query, known, escape_prometheus).strip()
        window = [("start", f"{start / 1000:.0f}"), ("end", f"{end / 1000:.0f}")]
        if found := re.fullmatch(r"label_values\((?:(.+),\s*)?(.+)\)", text, re.DOTALL):
            matching = [("match[]", found[1].strip())] if found[1] else []
            return same(self._grafana.proxied(uid, f"/api/v1/label/{found[2].strip()}/values", [*matching, *window])["data"])
        if re.fullmatch(r"label_names\(\)", text):
            return same(self._grafana.proxied(uid, "/api/v1/labels", window)["data"])
        if found := re.fullmatch(r"metrics\((.*)\)", text):
            names = self._grafana.proxied(uid, "/api/v1/label/__name__/values", window)["data"]
            return same([name for name in names if re.search(found[1], name)])
        if found := re.fullmatch(r"query_result\((.+)\)", text, re.DOTALL):
            result = self._grafana.proxied(uid, "/api/v1/query", [("query", found[1])])["data"]["result"]
            return same([sample_text(each) for each in result if isinstance(each, dict)])
        return []

    def _loki_options(self, uid: str, query: Any, known: Variables, start: int, end: int) -> list[Option]:
        window = [("start", f"{start}000000"), ("end", f"{end}000000")]
        if not isinstance(query, Mapping):
            text = replaced(query, known, escape_loki).strip()
            found = re.fullmatch(r"label_values\((?:(.+),\s*)?(.+)\)", text, re.DOTALL)
            label, stream = (found[2], found[1] or "") if found else ("", "")
        else:
            label, stream = (replaced(str(query.get(key) or ""), known, escape_loki) for key in ("label", "stream"))
        if not label:
            return same(self._grafana.proxied(uid, "/loki/api/v1/labels", window).get("data") or [])
        # Loki rejects a selector without a matcher; Grafana leaves it out.
        matching = [("query", stream)] if re.sub(r"[{}\s]", "", stream) else []
        return same(self._grafana.proxied(uid, f"/loki/api/v1/label/{label}/values", [*matching, *window]).get("data") or [])

    def observe(self, panel: Panel) -> Shown:
        """What a panel shows now."""
        missing = {self._unreachable.get(query["datasource"]["uid"]) for query in panel.queries} - {None}
        if missing:
            return Shown(f"the data source {missing.pop()} does not answer")
        start, end = time_range(panel.time, datetime.now(timezone.utc))
        try:
            if time.monotonic() > self._end:
                raise TimeoutError
            results = self._grafana.query(panel.queries, start, end)
        except TimeoutError:
            return Shown("query error: no answer in time", failed=True)
        answers = [results.get(str(query["refId"])) or {} for query in panel.queries]
        errors = [str(answer["error"]) for answer in answers if answer.get("error")]
        if errors:
            return Shown(f"query error: {shortened(errors[0])}", failed=True)
        found = [values(answer) for answer in answers]
        if any(value for value, _ in found):
            return DATA
        if any(not_a_number for _, not_a_number in found):
            return Shown("the value is not a number, such as 0 divided by 0")
        if panel.unset:
            return Shown(f"the variable {panel.unset} has no value")
        reasons = [self._reason(query, answer, end - start) for query, answer in zip(panel.queries, answers)]
        return next((each for each in reasons if each.failed), reasons[0] if reasons else Shown("the panel has no query"))

    def _reason(self, query: Json, answer: Json, duration: int) -> Shown:
        """Why a query returns nothing."""
        text = str(query.get("expr") or "")
        if not text:
            return Shown("the query is empty")
        # The newest step of a range query may be this much earlier.
        earlier = 0 if query.get("instant") or query.get("queryType") == "instant" else 2 * int(query["intervalMs"])
        reason = {"prometheus": self._prometheus_reason, "loki": self._loki_reason}.get(query["datasource"]["type"])
        try:
            return reason(query["datasource"], text, answer, duration, earlier) if reason else Shown("no result")
        except (urllib.error.HTTPError, TimeoutError, ValueError, KeyError):
            return Shown("no result")

    def _prometheus_reason(self, source: Json, text: str, answer: Json, _: int, earlier: int) -> Shown:
        tree = self.syntax_tree(source["uid"], executed(answer, text))
        found = selectors(tree)
        questions = [
            question
            for each in found
            for question in (each.usable(earlier), f"count({each.text()})", f"count({each.text(['instance'])})")
        ]
        answers = [values(each)[0] for each in self._grafana.instant(source, questions)]
        for selector, usable, present, on_server in zip(found, answers[::3], answers[1::3], answers[2::3]):
            if not usable:
                # A query with a condition may stay empty with more samples, so the check does not wait for them.
                return replace(missing_series(selector, present, on_server), early=present and not filters(tree))
        if filters(tree):
            return Shown("no series meets the condition of the query")
        return Shown("the query returns nothing, although its series exist and it has no condition", failed=True)

    def _loki_reason(self, source: Json, text: str, _: Json, duration: int, earlier: int) -> Shown:
        seconds, offset = (duration - 2 * earlier) // 1000, f" offset {earlier // 1000}s" if earlier else ""
        questions = [f"sum(count_over_time({each}[{max(seconds, 1)}s]{offset}))" for each in log_selectors(text)]
        if not all(values(each)[0] for each in self._grafana.instant(source, questions)):
            return Shown("no log line in the time range")
        if log_filters(text):
            return Shown("no log line matches")
        return Shown("the query returns nothing, although its log streams have lines and it has no filter", failed=True)

    def _syntax_tree(self, uid: str, query: str) -> Any:
        return self._grafana.proxied(uid, "/api/v1/parse_query", [("query", query)])["data"]


def missing_series(selector: Selector, present: bool, on_server: bool) -> Shown:
    """Why a selector has no usable series."""
    servers = [value for name, operator, value in selector.matchers if (name, operator) == ("instance", "=") and value]
    server = f" on {servers[0]}" if servers else ""
    if not on_server:
        return Shown(f"the metric {selector.metric} does not exist{server}")
    if present:
        return Shown(f"the series of {selector.metric} have too few samples")
    if selector.conditions:
        return Shown(f"no series of {selector.metric} has {selector.conditions}")
    job = next((f"{name}{operator}{value}" for name, operator, value in selector.matchers if name == "job"), "these labels")
    return Shown(f"no series of {selector.metric}{server} has {job}", failed=True)


def shortened(error: str) -> str:
    """The first line of an error, which may contain the labels of many series."""
    line = error.strip().split("\n")[0]
    return line if len(line) <= MAX_ERROR else f"{line[:MAX_ERROR]}…"


def same(texts: Sequence[str]) -> list[Option]:
    """Options whose text is their value."""
    return [(text, text) for text in texts]


def sample_text(sample: Json) -> str:
    """A sample in Prometheus' text format, from which a variable extracts its value."""
    labels = dict(sample["metric"])
    name = labels.pop("__name__", "")
    at, value = sample["value"]
    matchers = ",".join(f'{label}="{text}"' for label, text in labels.items())
    return f"{name}{{{matchers}}} {value} {int(float(at) * 1000)}"
