"""Finds the metrics of a dashboard from grafana.com that nothing emits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

VARIABLE = r"\$\w+|\$\{[^}]*\}|\[\[\w+(?::\w+)?\]\]"
TOKEN = re.compile(
    rf"""
    "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` | \#.*   # strings and comments
    | (?P<name>(?:[A-Za-z_:]|{VARIABLE})(?:[\w:]|{VARIABLE})*)
    | [\d.][\w.]*                                            # numbers and durations
    | (?P<sign>\S)
    """,
    re.VERBOSE,
)
# Words before a list of labels.
LABELS_FOLLOW = ("by", "without", "on", "ignoring", "group_left", "group_right")
KEYWORDS = ("and", "or", "unless", "bool", "offset", "atan2", "inf", "nan", *LABELS_FOLLOW)
LISTED = 10


def missing_metrics(text: str, uid: str, revision: str, known: str) -> list[str]:
    """Returns warnings about metrics of a dashboard that nothing emits.

    There is no parser. Every name in a PromQL query of a panel is a metric, except functions, labels and keywords. Names with
    variables, and names in matchers such as {__name__="up"}, are left out.

    uid: `grafana-com-<id>`.
    known: JSON with the keys `emitted`, a list of names in which `*` stands for one or more characters, and `collectors`,
        the collectors of node exporter by metric, for metrics that nothing emits.
    """
    dashboard, catalogue = json.loads(text), json.loads(known)
    names = {name for name in catalogue["emitted"] if "*" not in name}
    patterns = [name for name in catalogue["emitted"] if "*" in name]
    pattern = re.compile("|".join(re.escape(name).replace(r"\*", r"[\w:]+") for name in patterns) or r"(?!)")
    missing = sorted(
        {
            name
            for query in _queries(dashboard, None)
            for name in _without_alternatives(query, names)
            if name not in names and not pattern.fullmatch(name)
        }
    )
    if not missing:
        return []
    more = len(missing) - LISTED
    title = f'dashboard "{dashboard.get("title", uid)}" ({uid})'
    listed = ", ".join(missing[:LISTED]) + (f" and {more} more" if more > 0 else "")
    found = f"{title} uses metrics that nothing emits, so that panels stay empty: {listed}"
    if collectors := sorted({each for name in missing for each in catalogue["collectors"].get(name, [])}):
        arguments = f"{uid.rsplit('-', 1)[-1]}, {revision}, {{ collectors: {json.dumps(collectors)} }}"
        found += f". Enable the collectors of node exporter with Dashboard.fromGrafanaCom({arguments})"
    return [found]


def metric_names(query: str) -> set[str]:
    """Returns the names in a PromQL query that can be metrics."""
    tokens = [token for token in TOKEN.finditer(query) if token["name"] or token["sign"]]
    found, closing = set(), ""
    for token, following in zip(tokens, [*tokens[1:], None]):
        name, sign, after = token["name"], token["sign"], following and following[0]
        if closing:
            closing = "" if sign == closing else closing
        elif sign in ("{", "["):
            closing = {"{": "}", "[": "]"}[sign]
        elif name and name.lower() in LABELS_FOLLOW and after == "(":
            closing = ")"
        elif name and after != "(" and name.lower() not in KEYWORDS and (after or "").lower() not in ("by", "without"):
            found.add(name)
    return {name for name in found if not re.search(VARIABLE, name)}


def _without_alternatives(query: str, emitted: set[str]) -> set[str]:
    """The metrics of a query; none if it has alternatives such as `new_name or old_name`, and something emits one of them."""
    names = metric_names(query)
    return set() if re.search(r"\bor\b", query) and names & emitted else names


def _queries(value: Any, source: Any) -> Iterator[str]:
    """The PromQL queries of all panels. A query without a data source has that of its panel, else Prometheus."""
    if isinstance(value, list):
        for item in value:
            yield from _queries(item, source)
    elif isinstance(value, dict):
        source = value.get("datasource") or source
        if isinstance(value.get("expr"), str) and "loki" not in json.dumps(source).lower():
            yield value["expr"]
        for key in ("panels", "rows", "targets"):
            yield from _queries(value.get(key), source)


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Any]:
        """Returns the filters by name."""
        return {"missing_metrics": missing_metrics}
