"""The variables of a Grafana dashboard: their options, the selected values, and their replacement in queries.

Grafana's web UI replaces the variables of a dashboard, so a query must be sent without them. Grafana's server replaces
`$__interval`, `$__rate_interval`, `$__range` and `$__auto`, so these names stay in the query.
"""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

ALL = "$__all"
REFERENCE = re.compile(r"\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}", re.ASCII)

Option = tuple[str, str]
"""The text and the value of an option."""


@dataclass(frozen=True)
class Variable:
    """A variable with its selected value: a list if several values or All are selected."""

    name: str
    value: str | list[str]
    text: str = ""
    several: bool = False
    """Whether several values or All can be selected. The values are then escaped for regular expressions."""
    all_value: str | None = None
    """The text that replaces the variable if All is selected and the dashboard defines this text."""
    options: tuple[Option, ...] = ()

    def single(self) -> list[Variable]:
        """One variable for each selected value, for repeated panels."""
        values = [value for _, value in self.options] if self.all_value is not None else self.value
        return [replace(self, value=value, all_value=None) for value in ([values] if isinstance(values, str) else values)]


Variables = Mapping[str, Variable]
Escape = Callable[[Variable, "str | list[str]"], str]


def escape_prometheus(variable: Variable, value: str | list[str]) -> str:
    """A value in a PromQL query without a format, as Grafana's data source Prometheus writes it."""
    if not variable.several:
        return value.replace("\\", "\\\\").replace("'", "\\\\'") if isinstance(value, str) else glob(value)
    values = [escape_label(each) for each in listed(value)]
    return values[0] if len(values) == 1 else f"({'|'.join(values)})"


def escape_loki(variable: Variable, value: str | list[str]) -> str:
    """A value in a LogQL query without a format, as Grafana's data source Loki writes it."""
    return "|".join(map(escape_label, listed(value))) if variable.several else glob(value)


def escape_label(value: str) -> str:
    """A value as a regular expression in a quoted label matcher."""
    return re.sub(r"[$^*{}\[\]+?.()|]", r"\\\\\g<0>", value.replace("\\", "\\\\\\\\"))


def escape_regex(value: str) -> str:
    """A value as a regular expression."""
    return re.sub(r"[\\^$*+?.()|\[\]{}/]", r"\\\g<0>", value)


def listed(value: str | list[str]) -> list[str]:
    """A value as a list."""
    return [value] if isinstance(value, str) else value


def glob(value: str | list[str]) -> str:
    """The default format."""
    return value if isinstance(value, str) else value[0] if len(value) == 1 else f"{{{','.join(value)}}}" if value else ""


def date(value: str, arguments: Sequence[str]) -> str:
    """A time in milliseconds as ISO 8601 or as seconds."""
    kind = arguments[0] if arguments else "iso"
    if kind in ("ms", "seconds"):
        return value if kind == "ms" else str(round(int(value) / 1000))
    return datetime.fromtimestamp(int(value) / 1000, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def percent_encode(value: str | list[str]) -> str:
    """A value in a URL."""
    return urllib.parse.quote(value if isinstance(value, str) else f"{{{','.join(value)}}}", safe="")


def quoted(value: str | list[str], quote: str) -> str:
    """Values in quotes, separated by commas."""
    return ",".join(quote + each.replace(quote, f"\\{quote}") + quote for each in listed(value))


def regex(value: str | list[str]) -> str:
    """A regular expression that matches any of the values."""
    values = [escape_regex(each) for each in listed(value)]
    return values[0] if len(values) == 1 else f"({'|'.join(values)})"


FORMATS: dict[str, Callable[[Variable, Any, Sequence[str]], str]] = {
    "csv": lambda _, value, __: ",".join(listed(value)),
    "date": lambda _, value, arguments: date(value, arguments),
    "distributed": lambda variable, value, _: f",{variable.name}=".join(listed(value)),
    "doublequote": lambda _, value, __: quoted(value, '"'),
    "join": lambda _, value, arguments: (arguments[0] if arguments else ",").join(listed(value)),
    "json": lambda _, value, __: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False),
    "percentencode": lambda _, value, __: percent_encode(value),
    "pipe": lambda _, value, __: "|".join(listed(value)),
    "queryparam": lambda variable, value, _: "&".join(
        f"var-{variable.name}={urllib.parse.quote(each, safe='')}" for each in listed(value)
    ),
    "raw": lambda _, value, __: ",".join(listed(value)),
    "regex": lambda _, value, __: regex(value),
    "singlequote": lambda _, value, __: quoted(value, "'"),
    "text": lambda variable, _, __: variable.text,
}


def replaced(text: str, variables: Variables, escape: Escape | None = None) -> str:
    """A text with the values of the variables. Unknown names, such as `$__interval`, stay."""

    def one(match: re.Match[str]) -> str:
        variable = variables.get(match[1] or match[2] or match[4])
        if variable is None:
            return match[0]
        return formatted(variable, match[5], match[3] or match[6] or "", variables, escape)

    return REFERENCE.sub(one, text)


def formatted(variable: Variable, field: str | None, style: str, variables: Variables, escape: Escape | None) -> str:
    """The text that replaces a reference to a variable."""
    name, *arguments = style.split(":")
    if variable.all_value is not None:
        known = {"text": "All", "queryparam": f"var-{variable.name}=All", "percentencode": percent_encode(variable.all_value)}
        others = {each: variables[each] for each in variables if each != variable.name}
        return known.get(name, replaced(variable.all_value, others))
    value = variable.value
    if field is not None and not isinstance(value, str) and field.isdigit() and int(field) < len(value):
        value = value[int(field)]
    if name in FORMATS:
        return FORMATS[name](variable, value, arguments)
    return glob(value) if name or escape is None else escape(variable, value)


def references(definition: Any) -> set[str]:
    """The names of the variables in a text, or in all texts of a JSON value."""
    text = definition if isinstance(definition, str) else json.dumps(definition)
    return {match[1] or match[2] or match[4] for match in REFERENCE.finditer(text)}


def constants(values: Mapping[str, str]) -> dict[str, Variable]:
    """Variables with one value each."""
    return {name: Variable(name, value, value) for name, value in values.items()}


def javascript_regex(text: str) -> tuple[re.Pattern[str], bool]:
    """A regular expression in JavaScript's notation, or a pattern for the whole text, and whether it has the flag `g`."""
    found = re.fullmatch(r"/(.*)/([a-z]*)", text, re.DOTALL)
    pattern, flags = (found[1], found[2]) if found else (f"^{text}$", "")
    return re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", pattern), re.IGNORECASE if "i" in flags else 0), "g" in flags


def filtered(values: Iterable[Option], pattern: str) -> list[Option]:
    """The options that a regular expression matches, replaced by its groups. Each value occurs once."""
    found: dict[str, Option] = {}
    for option in values:
        for text, value in matched(option, pattern) if pattern else [option]:
            found.setdefault(value, (text, value))
    return list(found.values())


def matched(option: Option, pattern: str) -> list[Option]:
    """The options that a regular expression makes from one option."""
    compiled, everywhere = javascript_regex(pattern)
    matches = list(compiled.finditer(option[1]))[: None if everywhere else 1]
    named = {name: value for match in matches for name, value in match.groupdict().items() if value}
    value, text = named.get("value"), named.get("text")
    if value or text:
        return [(text or value or "", value or text or "")]
    if compiled.groups:
        return [(match[1] or "", match[1] or "") for match in matches]
    return [option][: len(matches)]


def natural(text: str) -> list[tuple[int, float, str]]:
    """A key that sorts numbers in texts by their value."""
    return [(0, float(part), "") if part.isdigit() else (1, 0.0, part) for part in re.split(r"(\d+)", text.lower()) if part]


def number(text: str) -> float:
    """The first number in a text, or -1."""
    found = re.search(r"\d+", text)
    return float(found[0]) if found else -1.0


SORT_KEYS: tuple[Callable[[str], Any], ...] = (str, number, str.lower, natural)


def ordered(values: list[Option], sort: Any) -> list[Option]:
    """The options in the order of the variable's setting: 1 and 2 by text, 3 and 4 by number, 5 and 6 by text in any
    case, 7 and 8 with numbers in texts. Even numbers are descending orders; other settings keep the order."""
    if not isinstance(sort, int) or not 1 <= sort <= 8:
        return values
    key = SORT_KEYS[(sort - 1) // 2]
    return sorted(values, key=lambda option: key(option[0]), reverse=sort % 2 == 0)


def listed_options(query: str) -> list[Option]:
    """The options of a custom variable: `one, two, text : value`. `\\,` is a comma in an option."""
    parts = [part.replace("\\,", ",").strip() for part in re.findall(r"(?:\\,|[^,])+", query)]
    pairs = [re.fullmatch(r"(.+)\s:\s(.+)", part) for part in parts]
    return [(pair[1].strip(), pair[2].strip()) if pair else (part, part) for part, pair in zip(parts, pairs)]


def selected(definition: Mapping[str, Any], options: Sequence[Option]) -> Variable:
    """The variable as it is when the dashboard opens: with the saved value, or All, or the first option."""
    name, several, include_all = definition["name"], bool(definition.get("multi")), bool(definition.get("includeAll"))
    texts = {value: text for text, value in options}
    saved = definition.get("current") or {}
    wanted = [str(value) for value in listed_values(saved.get("value"))]
    known = [value for value in wanted if value in texts] or [
        value for text, value in options if text in map(str, listed_values(saved.get("text")))
    ]
    common = {"several": several or include_all, "options": tuple(options)}
    if include_all and (ALL in wanted or not known):
        all_value = definition.get("allValue") or None
        return Variable(name, [value for _, value in options], "All", all_value=all_value, **common)
    values = known or [value for _, value in options[:1]]
    if several:
        return Variable(name, values, " + ".join(texts[value] for value in values), **common)
    return Variable(name, values[0] if values else "", texts[values[0]] if values else "", **common)


def listed_values(value: Any) -> list[Any]:
    """A saved value as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


Ask = Callable[[Mapping[str, Any], Variables], "list[Option]"]
"""Returns the options of a variable whose definition may refer to other variables."""


def resolve(definitions: Sequence[Mapping[str, Any]], ask: Ask, given: Variables) -> dict[str, Variable]:
    """The variables of a dashboard. A variable is resolved after the variables that its definition refers to."""
    found = dict(given)
    pending = [each for each in definitions if each.get("name") and each["name"] not in given]
    while pending:
        waiting = {each["name"] for each in pending}
        ready = [each for each in pending if not needs(each) & (waiting - {each["name"]})] or pending[:1]
        for definition in ready:
            found[definition["name"]] = variable(definition, ask, found)
        pending = [each for each in pending if each["name"] not in found]
    return found


def needs(definition: Mapping[str, Any]) -> set[str]:
    """The names of the variables that the definition of a variable refers to."""
    return references([definition.get(key) for key in ("query", "regex", "datasource", "allValue")])


def variable(definition: Mapping[str, Any], ask: Ask, known: Variables) -> Variable:
    """A variable of a dashboard."""
    name, kind, query = str(definition["name"]), definition.get("type"), definition.get("query")
    if kind in ("constant", "textbox"):
        saved = (definition.get("current") or {}).get("value") if kind == "textbox" else None
        return constants({name: replaced(str(query or "") if saved in (None, "") else str(saved), known)})[name]
    if kind == "custom":
        return selected(definition, listed_options(replaced(str(query or ""), known)))
    if kind == "interval":
        return selected(definition, [(each, each) for each in re.findall(r"[^\s,'\"]+", str(query or ""))])
    pattern = replaced(str(definition.get("regex") or ""), known)
    return selected(definition, ordered(filtered(ask(definition, known), pattern), definition.get("sort")))
