"""Adapts a dashboard from grafana.com to this Grafana, as lib/dashboards/built-in-data-sources.ts adapts files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

# Keys of an export that only matter for an import by hand.
IMPORT_KEYS = ("__inputs", "__requires", "__elements", "id")
# Names that Grafana reserves: its internal data, the results of other panels, and expressions.
RESERVED = ("grafana", "datasource", "-- Grafana --", "-- Mixed --", "-- Dashboard --", "__expr__")
DEFAULT = "prometheus"
DEFAULT_NAMES = ("", "default", "-- Default --")
VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")


def published_dashboard(text: str, uid: str, data_sources: list[str]) -> str:
    """Returns the dashboard with the given uid and data sources.

    data_sources: uids of the data sources of this Grafana. Each has the name of its plugin.
    Raises ValueError if the dashboard cannot be used.
    """
    try:
        dashboard = json.loads(text)
    except ValueError as error:
        raise ValueError(f"dashboard {uid} is not JSON: {error}") from error
    if not isinstance(dashboard, dict) or not any(isinstance(dashboard.get(key), list) for key in ("panels", "rows")):
        raise ValueError(f'dashboard {uid} has no "panels": export it in the classic model')
    inputs = {each.get("name"): _input_value(each, uid, data_sources) for each in dashboard.get("__inputs") or []}
    kept = _substitute({key: value for key, value in dashboard.items() if key not in IMPORT_KEYS}, inputs)
    return json.dumps({**_Sources(kept, data_sources).adapted, "uid": uid})


def _input_value(each: dict[str, Any], uid: str, data_sources: list[str]) -> str:
    """The data source of the type that an input asks for, or the constant that it proposes."""
    if each.get("type") != "datasource":
        return str(each.get("value", ""))
    plugin = str(each.get("pluginId"))
    if plugin not in data_sources and plugin not in RESERVED:
        raise ValueError(
            f'dashboard {uid} needs a data source of the type "{plugin}", and this Grafana has: {", ".join(data_sources) or "none"}'
        )
    return plugin


def _substitute(value: Any, inputs: dict[str, str]) -> Any:
    """The value with the inputs in all its strings."""
    if isinstance(value, str):
        return re.sub(r"\$\{([^{}]+)\}", lambda found: inputs.get(found[1], found[0]), value)
    if isinstance(value, list):
        return [_substitute(item, inputs) for item in value]
    if isinstance(value, dict):
        return {key: _substitute(item, inputs) for key, item in value.items()}
    return value


class _Sources:
    """Replaces the references to data sources in a dashboard."""

    def __init__(self, dashboard: dict[str, Any], data_sources: list[str]) -> None:
        self._dashboard = dashboard
        self._data_sources = data_sources
        variables = [each for each in _objects(dashboard.get("templating")) if each.get("type") == "datasource"]
        self._types = {each.get("name"): each.get("query") for each in variables}
        self._names = {_parts(each["datasource"])[1] for each in _objects(dashboard) if "datasource" in each and _has_expression(each)}

    @property
    def adapted(self) -> dict[str, Any]:
        """The dashboard with the data sources of this Grafana."""
        adapted = self._adapt(self._dashboard)
        for each in _objects(adapted.get("templating")):
            # The filter contains names of data sources in the author's Grafana.
            if each.get("type") == "datasource" and "regex" in each:
                each["regex"] = ""
        return adapted

    def _adapt(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._adapt(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {key: self._reference(item) if key == "datasource" else self._adapt(item) for key, item in value.items()}

    def _reference(self, value: Any) -> Any:
        """The reference to the data source of the same type. A reference to another type stays unchanged."""
        kind, name = _parts(value)
        if value is None or kind in RESERVED or name in RESERVED:
            return value
        variable = VARIABLE.fullmatch(name)
        selected = self._types.get(variable[1] or variable[2]) if variable else None
        if selected:
            return {"type": selected, "uid": name}
        known = kind or self._type_by_name(name)
        return {"type": known, "uid": known} if known in self._data_sources else value

    def _type_by_name(self, name: str) -> str | None:
        if name in DEFAULT_NAMES:
            return DEFAULT
        contained = next((each for each in self._data_sources if each in name.lower()), None)
        return contained or (DEFAULT if name in self._names else None)


def _parts(value: Any) -> tuple[str, str]:
    """Type and uid of a reference, or the name in a reference of an older export."""
    if isinstance(value, dict):
        return str(value.get("type") or ""), str(value.get("uid") or "")
    return "", value if isinstance(value, str) else ""


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """All objects in a value, at any depth."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from _objects(item)


def _has_expression(owner: dict[str, Any]) -> bool:
    """Whether a panel, query, variable or annotation has a query that only Prometheus and Loki understand."""
    query = owner.get("query")
    text = query.get("query") if isinstance(query, dict) else query
    targets = owner.get("targets") if isinstance(owner.get("targets"), list) else []
    return any(isinstance(each, dict) and isinstance(each.get("expr"), str) for each in [owner, *targets]) or (
        isinstance(text, str) and re.match(r"\s*(label_values|label_names|query_result|metrics)\(", text) is not None
    )


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Any]:
        """Returns the filters by name."""
        return {"published_dashboard": published_dashboard}
