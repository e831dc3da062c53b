"""Prints the members and the newest lines of a Loki as JSON.

    loki.py URL SERVER MONITORING [MEMBERS [SERVERS]]

MEMBERS is the number of cluster members, SERVERS the number of servers that send lines. The result has `members` (number of
active cluster members, including this one), `logins` (servers with SSH logins in the last minutes; the verification itself has
just logged in to all servers), `critical` (labels of the critical alerts), and `newest`: by job, and by kind of line if the job
has kinds, the age of the newest line in seconds. Lines older than a day are left out.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.parse
from typing import Any

from component import Api, critical_alerts, poll, print_result

SECOND = 1_000_000_000  # in nanoseconds, the unit of Loki's timestamps
WINDOW = 86_400  # seconds; older lines are left out
RECENT = "10m"  # maximum age of a login, because the verification may reuse an SSH connection that is a few minutes old
# Seconds. After Loki has moved, a log agent tries again after 0.5, 1, 2 … 32 s, about a minute in total.
WAIT = 70.0
# Seconds. In a cluster, a member that left disappears from the ring within this time.
WAIT_MEMBERS = 20.0


class Loki:
    """Queries to a Loki."""

    def __init__(self, url: str) -> None:
        # Without this header, /ring returns a web page.
        self._api = Api(url, timeout=10, headers={"Accept": "application/json"})

    def query(self, path: str, **parameters: str) -> Any:
        """The response to a query."""
        return self._api.value(f"{path}?{urllib.parse.urlencode(parameters)}")

    def members(self) -> int:
        """Number of active cluster members."""
        return sum(shard["state"] == "ACTIVE" for shard in self.query("/ring")["shards"])

    def values(self, label: str, selector: str, now: int) -> list[str]:
        """The values of a label in the selected streams."""
        found = self.query(f"/loki/api/v1/label/{label}/values", query=selector, **window(now))
        return list(found.get("data") or [])

    def newest(self, selector: str, now: int) -> float | None:
        """The age of the newest line in the selected streams."""
        found = self.query("/loki/api/v1/query_range", query=selector, limit="1", direction="backward", **window(now))
        times = [int(when) for stream in found["data"]["result"] for when, *_ in stream["values"]]
        return round((now - max(times)) / SECOND, 1) if times else None

    def critical(self) -> list[dict[str, str]]:
        """The labels of the critical alerts that this Loki evaluates."""
        return critical_alerts(self._api, "/prometheus/api/v1/rules")

    def senders(self, selector: str) -> list[str]:
        """The servers with recent lines in the selected streams, sorted."""
        found = self.query("/loki/api/v1/query", query=f"sum by (instance) (count_over_time({selector}[{RECENT}]))")
        return sorted(series["metric"].get("instance", "") for series in found["data"]["result"])


def window(now: int) -> dict[str, str]:
    """The time range of a query. It ends in the future, because the clock of a server may be ahead."""
    return {"start": str(now - WINDOW * SECOND), "end": str(now + 600 * SECOND)}


def newest_lines(loki: Loki) -> list[dict[str, Any]]:
    """The age of the newest line by job and kind, sorted."""
    now = time.time_ns()
    found = []
    for job in sorted(loki.values("job", '{job=~".+"}', now)):
        matcher = f"job={json.dumps(job)}"
        kinds = sorted(loki.values("kind", f"{{{matcher}}}", now))
        by_kind = [({"kind": kind}, f"{{{matcher}, kind={json.dumps(kind)}}}") for kind in kinds]
        for labels, selector in by_kind or [({}, f"{{{matcher}}}")]:
            found.append({"job": job, **labels, "age": loki.newest(selector, now)})
    return [each for each in found if each["age"] is not None]


def check(url: str, members: int = 1, servers: int = 0) -> dict[str, Any]:
    """The result as soon as all members are active and all servers have sent a login, or after the waiting time."""
    loki, start = Loki(url), time.monotonic()

    def complete(logins: list[str]) -> bool:
        # Loki does not list a server whose agent has not sent any line yet, so the number of servers is compared as well.
        return len(logins) >= max(servers, 1) and set(loki.senders('{job=~".+"}')) <= set(logins)

    active = poll(loki.members, lambda number: number == members, start + WAIT_MEMBERS, 1)
    logins = poll(lambda: loki.senders('{job="sshd"}'), complete, start + WAIT, 1)
    return {"members": active, "logins": logins, "newest": newest_lines(loki), "critical": loki.critical()}


if __name__ == "__main__":
    print_result(sys.argv[1], lambda: check(sys.argv[1], *map(int, sys.argv[4:6])))
