"""The panels of a Grafana dashboard with the queries that they send: rows, repeated panels, hidden queries, data sources and
time ranges, as Grafana's web UI handles them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from grafana_variables import Escape, Variables, constants, escape_loki, escape_prometheus, references, replaced

Json = Mapping[str, Any]
MAX_REPEATS = 10  # copies of a repeated panel that are queried, because the copies are equal
MAX_POINTS = 100  # of a series; Grafana asks for as many as a panel has pixels
MIN_INTERVAL = 15_000  # milliseconds; the default scrape interval
ESCAPES: dict[str, Escape] = {"prometheus": escape_prometheus, "loki": escape_loki}
"""The types of data sources whose queries are known."""
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "M": 2_592_000, "y": 31_536_000}
MIXED, OTHER_PANEL = "-- Mixed --", "-- Dashboard --"


@dataclass(frozen=True)
class Panel:
    """A panel with its queries, or with the reason why it is not queried."""

    title: str
    queries: tuple[Json, ...] = ()
    time: tuple[str, str] = ("now-1h", "now")
    skipped: str = ""
    unset: str = ""
    """The name of a variable without a value in a query."""


class Sources:
    """The data sources of a Grafana."""

    def __init__(self, sources: Sequence[Json]) -> None:
        self._sources = sources

    def find(self, reference: Any, variables: Variables) -> Json | None:
        """The data source of a panel, query or variable: by uid or name, or the default one. None if there is none."""
        wanted = reference.get("uid") if isinstance(reference, Mapping) else reference
        wanted = replaced(str(wanted), variables) if wanted else "default"
        if wanted == "default":
            kind = reference.get("type") if isinstance(reference, Mapping) else None
            known = [source for source in self._sources if kind in (None, source.get("type"))]
            return next((source for source in known if source.get("isDefault")), known[0] if kind and known else None)
        return next((source for source in self._sources if wanted in (source["uid"], source["name"])), None)

    def options(self, kind: str) -> list[tuple[str, str]]:
        """The options of a variable that selects a data source of a type."""
        return [(source["name"], source["uid"]) for source in self._sources if source.get("type") == kind]


def moment(text: str, now: datetime, end: bool = False) -> datetime:
    """A time of a dashboard: `now`, `now-6h`, `now-1d/d`, ISO 8601 or milliseconds."""
    found = re.fullmatch(r"now(?:([+-])(\d+)([smhdwMy]))?(?:/([smhdwMy]))?", text)
    if not found:
        return datetime.fromtimestamp(int(text) / 1000, timezone.utc) if text.isdigit() else iso_time(text)
    sign, number, unit, rounded = found.groups()
    at = now + (1 if sign == "+" else -1) * timedelta(seconds=int(number or 0) * SECONDS[unit or "s"])
    if not rounded:
        return at
    step = SECONDS[rounded]
    start = at.timestamp() - at.timestamp() % step
    return datetime.fromtimestamp(start + (step if end else 0), timezone.utc)


def iso_time(text: str) -> datetime:
    """A time in ISO 8601, in UTC unless it has an offset."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return at if at.tzinfo else at.replace(tzinfo=timezone.utc)


def time_range(time: tuple[str, str], now: datetime) -> tuple[int, int]:
    """Start and end of a time range in milliseconds; the last hour if the texts are malformed."""
    try:
        ends = moment(time[0], now), moment(time[1], now, end=True)
    except (ValueError, OverflowError):
        ends = now - timedelta(hours=1), now
    return int(ends[0].timestamp() * 1000), int(ends[1].timestamp() * 1000)


def panel_time(board: Json, panel: Json) -> tuple[str, str]:
    """The time range of a panel: its own one, or that of the dashboard."""
    time = board.get("time") or {}
    own = panel.get("timeFrom")
    if not own:
        return str(time.get("from", "now-1h")), str(time.get("to", "now"))
    return (own if str(own).startswith("now") else f"now-{own}"), "now"


def milliseconds(text: Any) -> int:
    """A duration such as `30s` or `>1m` in milliseconds; 0 if it is none."""
    found = re.fullmatch(r">?(\d+)(ms|[smhdwMy])", str(text or ""))
    return 0 if not found else int(found[1]) * (1 if found[2] == "ms" else SECONDS[found[2]] * 1000)


def copies(name: Any, variables: Variables) -> list[Variables]:
    """The variables of each copy of a repeated panel or row; one if nothing is repeated."""
    repeated = variables.get(name) if name else None
    if repeated is None:
        return [variables]
    return [{**variables, repeated.name: single} for single in repeated.single()[:MAX_REPEATS]]


def rows(board: Json) -> Iterator[tuple[Any, list[Json]]]:
    """The panels of each row, with the variable that repeats the row. A collapsed row contains its panels."""
    repeat: Any = None
    panels: list[Json] = []
    for panel in board.get("panels") or []:
        if panel.get("type") != "row":
            panels.append(panel)
            continue
        yield repeat, panels
        repeat, panels = panel.get("repeat"), list(panel.get("panels") or [])
    yield repeat, panels


def dashboard_panels(board: Json, variables: Variables, sources: Sources, now: datetime) -> Iterator[Panel]:
    """The panels that show the results of queries."""
    for repeat, panels in rows(board):
        for row_variables in copies(repeat, variables):
            for panel in panels:
                for scope in copies(panel.get("repeat"), row_variables):
                    if panel.get("targets") or panel.get("libraryPanel"):
                        yield prepared(board, panel, scope, sources, now)


def prepared(board: Json, panel: Json, variables: Variables, sources: Sources, now: datetime) -> Panel:
    """A panel with the queries that Grafana's server gets."""
    time = panel_time(board, panel)
    start, end = time_range(time, now)
    known = {**variables, **constants({"__from": str(start), "__to": str(end), "__dashboard": str(board.get("title", ""))})}
    title = replaced(str(panel.get("title") or ""), known)
    targets = panel.get("targets") or []
    if not targets:
        return Panel(title, skipped="library panels are not queried")
    calculated = any(source_name(target.get("datasource")) == "__expr__" for target in targets)
    queries = []
    for target in targets:
        # Grafana leaves out hidden queries, unless a calculation may use them.
        if target.get("hide") and not calculated:
            continue
        reference = target.get("datasource") or panel.get("datasource")
        if source_name(reference) == MIXED:
            reference = None
        if source_name(reference) == OTHER_PANEL:
            return Panel(title, skipped="the data of another panel is not queried")
        if source_name(reference) == "__expr__":
            queries.append({**target, "datasource": {"type": "__expr__", "uid": "__expr__"}})
            continue
        source = sources.find(reference, known)
        if source is None or source.get("type") not in ESCAPES:
            kind = source.get("type") if source else source_name(reference)
            return Panel(title, skipped=f"data sources such as {kind} are not queried")
        queries.append(query(panel, target, source, known, end - start))
    used = [known[name] for name in sorted(references(targets)) if name in known]
    unset = [each.name for each in used if not each.value and each.all_value is None]
    return Panel(title, tuple(queries), time, unset=unset[0] if unset else "")


def source_name(reference: Any) -> str:
    """The uid or name in a reference to a data source."""
    return str((reference.get("uid") or reference.get("type")) if isinstance(reference, Mapping) else reference or "default")


def query(panel: Json, target: Json, source: Json, variables: Variables, duration: int) -> Json:
    """A query of a panel with the values of the variables."""
    points = min(int(panel.get("maxDataPoints") or MAX_POINTS), MAX_POINTS)
    interval = milliseconds(replaced(str(panel.get("interval") or ""), variables))
    kind = target.get("queryType") or ("instant" if target.get("instant") else "range")
    plain = {key: replaced(value, variables) for key in ("interval", "step") if isinstance(value := target.get(key), str)}
    return {
        "refId": "A",
        **target,
        **plain,
        **({"queryType": kind} if source["type"] == "loki" else {}),
        "expr": replaced(str(target.get("expr") or ""), variables, ESCAPES[source["type"]]),
        "exemplar": False,
        "datasource": {"type": source["type"], "uid": source["uid"]},
        "intervalMs": max(MIN_INTERVAL, interval, duration // points),
        "maxDataPoints": points,
    }
