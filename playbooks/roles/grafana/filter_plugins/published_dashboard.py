"""Makes a dashboard that others published one of this Grafana."""

from __future__ import annotations

import json
import re
from typing import Any

# What stands in an export for people to answer when they import it, and the number that it had where it was made.
QUESTIONS = ("__inputs", "__requires", "__elements", "id")


def published_dashboard(text: str, uid: str, data_sources: list[str]) -> str:
    """The dashboard with a uid of ours, and our data sources in place of those that its authors had.

    data_sources: the uids of ours; each is of the plugin of that very name.
    Raises ValueError, in words for the user.
    """
    try:
        dashboard = json.loads(text)
    except ValueError as error:
        raise ValueError(f"the dashboard {uid} is no JSON: {error}") from error
    if not isinstance(dashboard, dict) or not isinstance(dashboard.get("panels"), list):
        raise ValueError(f'the dashboard {uid} has no "panels": it is none in the classic model')
    answers = {question.get("name"): _answer(question, uid, data_sources) for question in dashboard.get("__inputs") or []}
    asked = {key: value for key, value in dashboard.items() if key not in QUESTIONS}
    return json.dumps({**_ours(asked, answers, data_sources), "uid": uid})


def _answer(question: dict[str, Any], uid: str, data_sources: list[str]) -> str:
    """Our data source of the type that is asked for, or the constant that is proposed."""
    if question.get("type") != "datasource":
        return str(question.get("value", ""))
    plugin = str(question.get("pluginId"))
    if plugin not in data_sources:
        raise ValueError(
            f'the dashboard {uid} wants a data source of the type "{plugin}": there is {", ".join(data_sources) or "none"}'
        )
    return plugin


def _ours(value: Any, answers: dict[str, str], data_sources: list[str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda found: answers.get(found[1], found[0]), value)
    if isinstance(value, list):
        return [_ours(item, answers, data_sources) for item in value]
    if not isinstance(value, dict):
        return value
    ours = {key: _ours(item, answers, data_sources) for key, item in value.items()}
    source = ours.get("datasource")
    # Its authors' own uid; one that begins with $ is a variable, by which people choose.
    if isinstance(source, dict) and source.get("type") in data_sources and not str(source.get("uid", "")).startswith("$"):
        ours["datasource"] = {**source, "uid": source["type"]}
    return ours


class FilterModule:
    """What Ansible asks for."""

    def filters(self) -> dict[str, Any]:
        """The filters by name."""
        return {"published_dashboard": published_dashboard}
