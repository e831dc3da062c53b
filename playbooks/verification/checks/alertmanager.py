"""Sends a test alert through an Alertmanager, and prints the deliveries as JSON.

    alertmanager.py URL SERVER MONITORING [MEMBERS [WAIT]]

MEMBERS is the number of cluster members. WAIT is the time in seconds within which Prometheus' Watchdog alert must arrive.
The result has `members` (of the cluster, including this one), `watchdog` (whether the Watchdog alert arrives), `silences` (those
that are active or begin later), and `deliveries`: for each receiver of the test alert its name, the integration (a receiver may
have several), and either `seconds` until the integration accepted the message or `error`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.parse
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

from component import Api, poll, print_result

TEST_ALERT = "MonitoringTest"  # The configuration has a route for this name.
WAIT = 10.0  # seconds; a reachable receiver accepts a message within this time
# In a cluster, a member waits 15 s for each of the members before it (Alertmanager's --cluster.peer-timeout).
WAIT_PER_MEMBER = 15.0
# Prometheus sends a firing alert again after a minute (its --rules.alert.resend-delay), so an Alertmanager that has just started
# gets the alert within that time. If Prometheus has just started, it first evaluates the rules, by default every 15 s.
WAIT_WATCHDOG = 80.0
# Members that have just started find each other within 10 s (Alertmanager's --cluster.reconnect-interval), and the others
# notice a member that left.
WAIT_MEMBERS = 20.0

Way = tuple[str, str]
"""The name of a receiver, and one of its integrations."""


class Alertmanager:
    """Requests to an Alertmanager."""

    def __init__(self, url: str) -> None:
        self._api = Api(url, timeout=5)

    def members(self) -> int:
        """Number of cluster members, or 0 without a cluster."""
        return len(self._api.value("/api/v2/status")["cluster"].get("peers") or [])

    def post(self, alerts: list[dict[str, Any]]) -> None:
        """Sends alerts."""
        self._api.text("/api/v2/alerts", alerts)

    def alerts(self, name: str, **labels: str) -> list[dict[str, Any]]:
        """The current alerts with a name and labels."""
        filters = [("filter", f'{label}="{value}"') for label, value in {"alertname": name, **labels}.items()]
        return list(self._api.value(f"/api/v2/alerts?{urllib.parse.urlencode(filters)}"))

    def silences(self, watchdog: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The silences that are active or begin later, and whether each of them silences one of the Watchdog alerts."""
        silencing = {silence for alert in watchdog for silence in alert.get("status", {}).get("silencedBy", [])}
        return [
            {
                "id": silence["id"],
                "by": silence["createdBy"],
                "comment": silence["comment"],
                "starts": silence["startsAt"],
                "ends": silence["endsAt"],
                "matchers": silence["matchers"],
                "watchdog": silence["id"] in silencing,
            }
            for silence in self._api.value("/api/v2/silences")
            if silence["status"]["state"] != "expired"
        ]

    def receivers(self, trial: str) -> set[str]:
        """The receivers of the test alert; empty until Alertmanager has processed the alert."""
        return {receiver["name"] for alert in self.alerts(TEST_ALERT, trial=trial) for receiver in alert["receivers"]}

    def accepted(self) -> dict[Way, float]:
        """Number of accepted messages by integration. The metrics of all integrations exist from the start."""
        counts: dict[Way, float] = {}
        for failed, labels, value in re.findall(
            r"^alertmanager_notification_requests(_failed)?_total\{(.*)\} (\S+)$", self._api.text("/metrics"), re.MULTILINE
        ):
            named = {name: json.loads(f'"{text}"') for name, text in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels)}
            way = (named.get("receiver_name", ""), named["integration"])
            counts[way] = counts.get(way, 0.0) + (-1 if failed else 1) * float(value)
        return counts


def test_alert(server: str, monitoring: str, trial: str, ends: datetime) -> list[dict[str, Any]]:
    """The test alert in the format of the API."""
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
                "summary": f"Test: delivery of alerts from {server}",
                "description": "The command verify sent this alert to test the delivery. Nothing is wrong.",
            },
            "endsAt": ends.isoformat(),
        }
    ]


def last_error(receiver: str, since: float) -> str:
    """The last error about a receiver in the journal of Alertmanager."""
    command = ["journalctl", "--unit", "alertmanager.service", "--since", f"@{int(since)}", "--no-pager", "--output", "cat"]
    journal = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    lines = [line for line in journal.splitlines() if f"receiver={receiver} " in line or f'receiver="{receiver}" ' in line]
    found = [match.group(1) for line in lines if (match := re.search(r'err="((?:[^"\\]|\\.)*)"', line))]
    # Telegram's URL contains its token, and some versions of Alertmanager log the URL.
    return re.sub(r"bot[0-9]+:([A-Za-z0-9_-]+)", "bot…", found[-1].replace('\\"', '"')) if found else "no result in time"


def deliver(alertmanager: Alertmanager, trial: str, start: float, end: float, before: dict[Way, float]) -> dict[Way, float | None]:
    """Waits until all receivers accept the test alert.

    Returns the seconds by integration, or None for an integration that did not accept the alert.
    """
    wanted = poll(lambda: alertmanager.receivers(trial), bool, end, 0.1)
    seconds: dict[Way, float | None] = {way: None for way in before if way[0] in wanted}

    def waiting() -> list[Way]:
        return [way for way, value in seconds.items() if value is None]

    while waiting() and time.monotonic() < end:
        time.sleep(0.1)
        now = alertmanager.accepted()
        arrived = [way for way in waiting() if now.get(way, 0.0) > before[way]]
        seconds |= dict.fromkeys(arrived, round(time.monotonic() - start, 1))
    return seconds


def check(url: str, server: str, monitoring: str, expected: int = 1, wait_watchdog: float = WAIT_WATCHDOG) -> dict[str, Any]:
    """Sends a test alert, and waits for its deliveries and for the Watchdog alert."""
    alertmanager = Alertmanager(url)
    # Without a cluster, the number is 0.
    members = poll(alertmanager.members, lambda number: max(number, 1) == expected, time.monotonic() + WAIT_MEMBERS, 0.5)
    before, trial = alertmanager.accepted(), uuid.uuid4().hex
    started, start = time.time(), time.monotonic()
    end = start + WAIT + WAIT_PER_MEMBER * max(members - 1, 0)
    alertmanager.post(test_alert(server, monitoring, trial, datetime.now(timezone.utc) + timedelta(minutes=5)))
    try:
        seconds = deliver(alertmanager, trial, start, end, before)
    finally:
        alertmanager.post(test_alert(server, monitoring, trial, datetime.now(timezone.utc)))
    watchdog = poll(lambda: alertmanager.alerts("Watchdog"), bool, start + wait_watchdog, 0.5)
    return {
        "members": max(members, 1),
        "watchdog": bool(watchdog),
        "silences": alertmanager.silences(watchdog),
        "deliveries": [
            {"receiver": receiver, "integration": integration}
            | ({"error": last_error(receiver, started)} if value is None else {"seconds": value})
            for (receiver, integration), value in sorted(seconds.items())
        ],
    }


if __name__ == "__main__":
    URL, SERVER, MONITORING, *OPTIONS = sys.argv[1:]
    print_result(URL, lambda: check(URL, SERVER, MONITORING, *map(int, OPTIONS)))
