"""Adapts a dashboard from grafana.com to this Grafana."""

from __future__ import annotations

import json
import re
from typing import Any

# Keys of an export that only matter for an import by hand.
IMPORT_KEYS = ("__inputs", "__requires", "__elements", "id")


def published_dashboard(text: str, uid: str, data_sources: list[str]) -> str:
    """Returns the dashboard with the given uid and data sources.

    data_sources: uids of the data sources of this Grafana. Each has the name of its plugin.
    Raises ValueError if the dashboard cannot be used.
    """
    try:
        dashboard = json.loads(text)
    except ValueError as error:
        raise ValueError(f"dashboard {uid} is not JSON: {error}") from error
    if not isinstance(dashboard, dict) or not isinstance(dashboard.get("panels"), list):
        raise ValueError(f'dashboard {uid} has no "panels": export it in the classic model')
    inputs = {each.get("name"): _input_value(each, uid, data_sources) for each in dashboard.get("__inputs") or []}
    kept = {key: value for key, value in dashboard.items() if key not in IMPORT_KEYS}
    return json.dumps({**_adapt(kept, inputs, data_sources), "uid": uid})


def _input_value(each: dict[str, Any], uid: str, data_sources: list[str]) -> str:
    """The data source of the type that an input asks for, or the constant that it proposes."""
    if each.get("type") != "datasource":
        return str(each.get("value", ""))
    plugin = str(each.get("pluginId"))
    if plugin not in data_sources:
        raise ValueError(
            f'dashboard {uid} needs a data source of the type "{plugin}", and this Grafana has: {", ".join(data_sources) or "none"}'
        )
    return plugin


def _adapt(value: Any, inputs: dict[str, str], data_sources: list[str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda found: inputs.get(found[1], found[0]), value)
    if isinstance(value, list):
        return [_adapt(item, inputs, data_sources) for item in value]
    if not isinstance(value, dict):
        return value
    adapted = {key: _adapt(item, inputs, data_sources) for key, item in value.items()}
    source = adapted.get("datasource")
    # A uid of the author's Grafana. One that begins with $ is a variable of the dashboard.
    if isinstance(source, dict) and source.get("type") in data_sources and not str(source.get("uid", "")).startswith("$"):
        adapted["datasource"] = {**source, "uid": source["type"]}
    return adapted


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Any]:
        """Returns the filters by name."""
        return {"published_dashboard": published_dashboard}
