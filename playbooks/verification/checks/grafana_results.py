"""Why a panel shows nothing: the inputs of its queries, and whether the queries filter them.

A query whose inputs exist must return a value, unless it keeps only some of them: by a comparison, by `and` or `unless`, or by
a filter of log lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
COMPARISONS = ("==", "!=", ">", "<", ">=", "<=")
IDENTITY = ("instance", "job", "monitoring")  # labels that say where a series comes from
# Stages of a log pipeline that keep all lines.
KEEPING_STAGES = "json|logfmt|regexp|pattern|unpack|line_format|label_format|decolorize|drop|keep"
LOG_FILTER = re.compile(rf"\|(?!\s*(?:{KEEPING_STAGES})\b)|!=|!~|[<>]|==|\b(?:and|unless|offset)\b")
LOG_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')


@dataclass(frozen=True)
class Selector:
    """A selector in a PromQL query."""

    metric: str
    matchers: tuple[tuple[str, str, str], ...]
    """Label, operator and value."""
    range: int = 0
    """Milliseconds; 0 without a range."""
    offset: int = 0
    """Milliseconds."""

    @property
    def conditions(self) -> str:
        """The matchers that select some series of a server, as text."""
        return ", ".join(matcher(each) for each in self.matchers if each[0] not in IDENTITY)

    def text(self, labels: Sequence[str] | None = None) -> str:
        """The selector in PromQL, without its range; with the matchers of some labels only if they are given."""
        kept = [each for each in self.matchers if labels is None or each[0] in labels]
        return self.metric + "{" + ",".join(map(matcher, kept)) + "}"

    def usable(self, earlier: int) -> str:
        """A query with a value if the selector had usable series some milliseconds ago. A range needs two samples."""
        offset = self.offset + earlier
        modifier = f" offset {offset}ms" if offset > 0 else f" offset -{-offset}ms" if offset < 0 else ""
        if self.range:
            return f"count(count_over_time({self.text()}[{self.range}ms]{modifier}) > 1)"
        return f"count({self.text()}{modifier})"


def matcher(parts: tuple[str, str, str]) -> str:
    """A label matcher in PromQL."""
    name, operator, value = parts
    return f"{name}{operator}{json.dumps(value, ensure_ascii=False)}"


def nodes(tree: Any) -> Iterator[Json]:
    """All nodes of a PromQL syntax tree, as Prometheus' API returns it."""
    if isinstance(tree, list):
        for each in tree:
            yield from nodes(each)
    elif isinstance(tree, dict):
        if "type" in tree:
            yield tree
        for key, value in tree.items():
            if key != "matchers":
                yield from nodes(value)


def selectors(tree: Any) -> list[Selector]:
    """The selectors of a PromQL query."""
    found = []
    for node in nodes(tree):
        if node["type"] in ("vectorSelector", "matrixSelector"):
            labels = [each for each in node["matchers"] if each["name"] != "__name__"]
            matchers = tuple((str(each["name"]), str(each["type"]), str(each["value"])) for each in labels)
            found.append(Selector(node.get("name") or "", matchers, int(node.get("range") or 0), int(node.get("offset") or 0)))
    return list(dict.fromkeys(found))


def filters(tree: Any) -> bool:
    """Whether a PromQL query may return nothing although its inputs exist."""
    return any(
        (node["type"] == "binaryExpr" and (node["op"] in ("and", "unless") or (node["op"] in COMPARISONS and not node["bool"])))
        or (node["type"] == "call" and node["func"]["name"] in ("absent", "absent_over_time"))
        for node in nodes(tree)
    )


def log_selectors(query: str) -> list[str]:
    """The stream selectors of a LogQL query."""
    strings = iter(LOG_STRING.findall(query))
    # Braces in strings are no syntax, so strings are taken out and put back.
    parts = re.split(r"(\{[^{}]*\})", LOG_STRING.sub("\0", query))
    whole = [re.sub("\0", lambda _: next(strings), part) for part in parts]
    return list(dict.fromkeys(part for part, plain in zip(whole, parts) if plain.startswith("{")))


def log_filters(query: str) -> bool:
    """Whether a LogQL query keeps only some lines or values of its streams."""
    return bool(LOG_FILTER.search(re.sub(r"\{[^{}]*\}", "", LOG_STRING.sub("", query))))


def executed(result: Json, default: str) -> str:
    """The PromQL query in which Grafana's server has replaced variables such as `$__rate_interval`."""
    for frame in result.get("frames") or []:
        text = str(((frame.get("schema") or {}).get("meta") or {}).get("executedQueryString") or "")
        if found := re.fullmatch(r"Expr: (.*?)(?:\nStep: \S+)?", text, re.DOTALL):
            return found[1]
    return default


def values(result: Json) -> tuple[bool, bool]:
    """Whether the result of a query has a value, and whether it has one that is not a number."""
    value = not_a_number = False
    for frame in result.get("frames") or []:
        data = frame.get("data") or {}
        if columns := data.get("values"):
            # JSON has no NaN and no infinity, so Grafana replaces both by null and lists them separately.
            special = (data.get("entities") or [None])[-1] or {}
            infinite = bool(special.get("Inf") or special.get("NegInf"))
            value = value or infinite or any(each is not None for each in columns[-1])
            not_a_number = not_a_number or bool(special.get("NaN"))
    return value, not_a_number
