"""Finds out which datagrams come through to servers: these listen, all others send, and then it is told what was heard."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from . import datagrams, probe

Play = Callable[[Mapping[str, list[str]]], dict[str, dict[str, Any]]]
"""Runs datagrams.py on servers, by its arguments on each; returns what each answered."""


class Edge(NamedTuple):
    """A datagram that is to be sent."""

    source: str
    to: str
    """The name of the server that it is for."""
    address: str
    port: int


def exchange(wanted: dict[str, list[Any]], here: dict[str, str | None], play: Play) -> dict[str, list[str | None]]:
    """What came of each datagram, by source: `let in`, `dropped`, why it was not sent, or None where nobody can tell.

    wanted: by source, each as an Edge without it.
    here: the sources that are this machine, and the own address of each (or None for any).
    """
    found: dict[str, list[str | None]] = {source: [] for source in wanted}
    edges = [Edge(source, *edge) for source, listed in wanted.items() for edge in listed]
    if not edges:
        return found
    token = secrets.token_hex(8)
    destinations = {edge.to for edge in edges}
    play({to: ["listen", token] for to in destinations})
    sent = _send(token, edges, here, play)
    heard = _last_lines(play({to: ["tell", token] for to in destinations}))
    for number, edge in enumerate(edges):
        came = number in heard[edge.to] if edge.to in heard else None
        found[edge.source].append(_outcome(sent.get(number), came))
    return found


def _send(token: str, edges: list[Edge], here: Mapping[str, str | None], play: Play) -> dict[int, str]:
    """What sources say of what they sent, by its number in the list; servers and this machine send at the same time."""
    numbers: dict[str, list[int]] = {}
    for number, edge in enumerate(edges):
        numbers.setdefault(edge.source, []).append(number)
    probes = {
        source: {"from": here.get(source), "to": [(edges[number].address, edges[number].port, number) for number in mine]}
        for source, mine in numbers.items()
    }
    own: dict[str, list[str]] = {}

    def from_here() -> None:
        own.update({source: datagrams.send(token, each) for source, each in probes.items() if source in here})

    thread = threading.Thread(target=from_here, daemon=True)
    thread.start()
    servers = {source: ["send", token, probe.encode(each)] for source, each in probes.items() if source not in here}
    said = _last_lines(play(servers))
    thread.join()
    outcomes = {**said, **own}
    return {number: each for source, mine in numbers.items() for number, each in zip(mine, outcomes.get(source, []))}


def _outcome(sent: str | None, came: bool | None) -> str | None:
    if came:
        return "let in"
    if sent != "sent":
        return sent
    return None if came is None else "dropped"


def _last_lines(answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What servers said, without those that failed; something else may have had a word before."""
    return {host: json.loads(answer["lines"][-1]) for host, answer in answers.items() if answer.get("lines")}
