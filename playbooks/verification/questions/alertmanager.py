"""Sends a test alert through an Alertmanager, on its own server, and prints as JSON what became of it.

    alertmanager.py URL SERVER MONITORING [PATIENCE]

PATIENCE is in how many seconds Prometheus' own alert must be there.
The answer has `members` (of the cluster, itself included), `watchdog` (whether Prometheus' own alert arrives here), and
`deliveries`: for each receiver of the test alert its name, the integration (a receiver may have several) and the
`seconds` until that took the message, or why it did not (`error`).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

TEST_ALERT = "MonitoringTest"  # the configuration has a route for it
PATIENCE = 10.0  # seconds; within these a receiver that is there has taken a message
# In a cluster each member waits for those before it, 15 s for each (Alertmanager's --cluster.peer-timeout).
PATIENCE_PER_MEMBER = 15.0
# Prometheus sends an alert that fires once more each minute (its --rules.alert.resend-delay): an Alertmanager that started
# after it, or was restarted, hears of it then. Before the first time rules are evaluated, each 15 s by default.
PATIENCE_WATCHDOG = 80.0

Way = tuple[str, str]
"""A receiver's name, and the integration by which it is told."""


class Alertmanager:
    """The API of one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, path: str, content: Any = None) -> str:
        """What it answers, to a question or to what it is handed."""
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self._url + path, data, {"Content-Type": "application/json"})
        with self._opener.open(request, timeout=5) as answer:
            return str(answer.read().decode())

    def alerts(self, name: str, **labels: str) -> list[dict[str, Any]]:
        """The alerts of a name, and of these labels, that it has now."""
        filters = [f'{label}="{value}"' for label, value in {"alertname": name, **labels}.items()]
        found = json.loads(self.ask(f"/api/v2/alerts?{urllib.parse.urlencode([('filter', each) for each in filters])}"))
        return list(found)

    def taken(self) -> dict[Way, float]:
        """How many messages were taken on each way so far. All ways are there from the start."""
        counts: dict[Way, float] = {}
        for failed, labels, value in re.findall(
            r"^alertmanager_notification_requests(_failed)?_total\{(.*)\} (\S+)$", self.ask("/metrics"), re.MULTILINE
        ):
            named = {name: json.loads(f'"{text}"') for name, text in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels)}
            way = (named.get("receiver_name", ""), named["integration"])
            counts[way] = counts.get(way, 0.0) + (-1 if failed else 1) * float(value)
        return counts


def test_alert(server: str, monitoring: str, trial: str, ends: datetime) -> list[dict[str, Any]]:
    """The test alert, as the API takes it."""
    return [
        {
            "labels": {
                "alertname": TEST_ALERT,
                "severity": "none",
                "instance": server,
                "monitoring": monitoring,
                "trial": trial,
            },
            "annotations": {
                "summary": f"Test: alerts of {server} arrive",
                "description": "The tool verify sent this to see whether alerts arrive. Nothing is wrong.",
            },
            "endsAt": ends.isoformat(),
        }
    ]


def said_of(receiver: str, since: float) -> str:
    """The last that the service's journal says of a receiver that does not take a message."""
    command = ["journalctl", "--unit", "alertmanager.service", "--since", f"@{int(since)}", "--no-pager", "--output", "cat"]
    journal = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    lines = [line for line in journal.splitlines() if f"receiver={receiver} " in line or f'receiver="{receiver}" ' in line]
    found = [match.group(1) for line in lines if (match := re.search(r'err="((?:[^"\\]|\\.)*)"', line))]
    # Telegram's address holds its token, and not all versions keep it to themselves.
    return re.sub(r"bot[0-9]+:([A-Za-z0-9_-]+)", "bot…", found[-1].replace('\\"', '"')) if found else "nothing came of it in time"


def receivers(alertmanager: Alertmanager, trial: str) -> set[str]:
    """Who is to be told of the test alert; empty as long as it does not know it yet."""
    return {receiver["name"] for alert in alertmanager.alerts(TEST_ALERT, trial=trial) for receiver in alert["receivers"]}


def hears_prometheus(alertmanager: Alertmanager, end: float) -> bool:
    """Whether the alert that Prometheus always sends is there, by then."""
    while not (found := alertmanager.alerts("Watchdog")) and time.monotonic() < end:
        time.sleep(0.5)
    return bool(found)


def try_out(alertmanager: Alertmanager, server: str, monitoring: str, patience: float) -> dict[str, Any]:
    """Sends a test alert, and waits until all its receivers took it, or patience is over."""
    members = len(json.loads(alertmanager.ask("/api/v2/status"))["cluster"].get("peers") or [])
    before, trial = alertmanager.taken(), uuid.uuid4().hex
    started, clock = time.time(), time.monotonic()
    end = clock + PATIENCE + PATIENCE_PER_MEMBER * max(members - 1, 0)
    soon = datetime.now(timezone.utc) + timedelta(minutes=5)
    alertmanager.ask("/api/v2/alerts", test_alert(server, monitoring, trial, soon))
    try:
        while not (wanted := receivers(alertmanager, trial)) and time.monotonic() < end:
            time.sleep(0.1)
        seconds: dict[Way, float] = {}
        ways = {way for way in before if way[0] in wanted}
        while ways - set(seconds) and time.monotonic() < end:
            time.sleep(0.1)
            now = alertmanager.taken()
            arrived = {way for way in ways - set(seconds) if now.get(way, 0.0) > before[way]}
            seconds |= dict.fromkeys(arrived, round(time.monotonic() - clock, 1))
    finally:
        alertmanager.ask("/api/v2/alerts", test_alert(server, monitoring, trial, datetime.now(timezone.utc)))
    return {
        "members": max(members, 1),
        "watchdog": hears_prometheus(alertmanager, clock + patience),
        "deliveries": [
            {"receiver": way[0], "integration": way[1]}
            | ({"seconds": seconds[way]} if way in seconds else {"error": said_of(way[0], started)})
            for way in sorted(ways)
        ],
    }


if __name__ == "__main__":
    try:
        given = [float(argument) for argument in sys.argv[4:5]]
        print(json.dumps(try_out(Alertmanager(sys.argv[1]), sys.argv[2], sys.argv[3], *given or [PATIENCE_WATCHDOG])))
    except (OSError, ValueError, KeyError) as error:
        print(json.dumps({"error": f"{sys.argv[1]} does not answer: {error}"}))
