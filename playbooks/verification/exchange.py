"""Finds out which datagrams arrive at servers: the destinations listen, all sources send, then the destinations report."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from . import datagrams, probe

Play = Callable[[Mapping[str, list[str]]], dict[str, dict[str, Any]]]
"""Runs datagrams.py on servers. The argument has the command line for each server; the result has the answer of each server."""


class Datagram(NamedTuple):
    """A planned datagram."""

    source: str
    to: str
    """Name of the destination server."""
    address: str
    port: int


def exchange(wanted: dict[str, list[Any]], here: dict[str, str | None], play: Play) -> dict[str, list[str | None]]:
    """The results of datagrams by source: `received`, `dropped`, the sender's error, or None if the destination did not report.

    wanted: for each source, the fields of its datagrams without the source.
    here: the sources on this machine, each with its source address, or None for any address.
    """
    results: dict[str, list[str | None]] = {source: [] for source in wanted}
    planned = [Datagram(source, *fields) for source, listed in wanted.items() for fields in listed]
    if not planned:
        return results
    token = secrets.token_hex(8)
    destinations = {datagram.to for datagram in planned}
    play({to: ["listen", token] for to in destinations})
    sent = _send(token, planned, here, play)
    received = _last_lines(play({to: ["report", token] for to in destinations}))
    for number, datagram in enumerate(planned):
        arrived = number in received[datagram.to] if datagram.to in received else None
        results[datagram.source].append(_result(sent.get(number), arrived))
    return results


def _send(token: str, planned: list[Datagram], here: Mapping[str, str | None], play: Play) -> dict[int, str]:
    """The result of sending each datagram, by its number in `planned`. Servers and this machine send at the same time."""
    numbers: dict[str, list[int]] = {}
    for number, datagram in enumerate(planned):
        numbers.setdefault(datagram.source, []).append(number)
    probes = {
        source: {"from": here.get(source), "to": [(planned[number].address, planned[number].port, number) for number in each]}
        for source, each in numbers.items()
    }
    own: dict[str, list[str]] = {}

    def send_from_here() -> None:
        own.update({source: datagrams.send(token, each) for source, each in probes.items() if source in here})

    thread = threading.Thread(target=send_from_here, daemon=True)
    thread.start()
    servers = {source: ["send", token, probe.encode(each)] for source, each in probes.items() if source not in here}
    answers = _last_lines(play(servers))
    thread.join()
    results = {**answers, **own}
    return {number: result for source, each in numbers.items() for number, result in zip(each, results.get(source, []))}


def _result(sent: str | None, arrived: bool | None) -> str | None:
    if arrived:
        return "received"
    if sent != "sent":
        return sent
    return None if arrived is None else "dropped"


def _last_lines(answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The JSON on the last line of each answer, without servers that failed. Earlier lines may come from the login shell."""
    return {host: json.loads(answer["lines"][-1]) for host, answer in answers.items() if answer.get("lines")}
