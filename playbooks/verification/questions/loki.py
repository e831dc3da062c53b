"""Asks a Loki, on its own server, who is in its cluster and what lines it has; prints that as JSON.

    loki.py URL

The answer has `members` (of the cluster, itself included, that are at work), `logins` (the servers whose SSH logins of the
last minutes it has: whoever asks has just logged in to all) and `newest`: for each job, and kind of line
where it tells kinds apart, the age of its newest line in seconds, of those that are no older than a day.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.parse
import urllib.request
from typing import Any

SECOND = 1_000_000_000  # of the nanoseconds in which Loki counts
WINDOW = 86_400  # seconds; what has written nothing for a day is not told
RECENT = "10m"  # in which a login was: a connection that others left open is used again
PATIENCE = 20.0  # seconds; where something was only just deployed, its first lines come within these


class Loki:
    """The API of one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, path: str, **parameters: str) -> Any:
        """What it answers to a question."""
        request = urllib.request.Request(f"{self._url}{path}?{urllib.parse.urlencode(parameters)}", headers={"Accept": "application/json"})
        with self._opener.open(request, timeout=10) as answer:
            return json.load(answer)

    def members(self) -> int:
        """How many of the cluster are at work."""
        return sum(shard["state"] == "ACTIVE" for shard in self.ask("/ring")["shards"])

    def values(self, label: str, selector: str, now: int) -> list[str]:
        """The values of a label, in the streams that a selector selects."""
        found = self.ask(f"/loki/api/v1/label/{label}/values", query=selector, **window(now))
        return list(found.get("data") or [])

    def newest(self, selector: str, now: int) -> float | None:
        """The age of the newest line of some streams."""
        found = self.ask("/loki/api/v1/query_range", query=selector, limit="1", direction="backward", **window(now))
        times = [int(when) for stream in found["data"]["result"] for when, *_ in stream["values"]]
        return round((now - max(times)) / SECOND, 1) if times else None


def senders(loki: Loki, selector: str) -> list[str]:
    """The servers from which there are recent lines of some streams, sorted."""
    found = loki.ask("/loki/api/v1/query", query=f"sum by (instance) (count_over_time({selector}[{RECENT}]))")
    return sorted(series["metric"].get("instance", "") for series in found["data"]["result"])


def window(now: int) -> dict[str, str]:
    """The time that is looked at; a line may be ahead of this clock."""
    return {"start": str(now - WINDOW * SECOND), "end": str(now + 600 * SECOND)}


def ages(loki: Loki) -> list[dict[str, Any]]:
    """The age of the newest line by job and kind, in their order."""
    now = time.time_ns()
    found = []
    for job in sorted(loki.values("job", '{job=~".+"}', now)):
        chosen = f"job={json.dumps(job)}"
        kinds = sorted(loki.values("kind", f"{{{chosen}}}", now))
        for labels, selector in [({"kind": kind}, f"{{{chosen}, kind={json.dumps(kind)}}}") for kind in kinds] or [({}, f"{{{chosen}}}")]:
            age = loki.newest(selector, now)
            found.append({"job": job, **labels, "age": age})
    return [each for each in found if each["age"] is not None]


def main(url: str) -> None:
    """Prints them when all that send anything have sent a login, or when patience is over."""
    loki = Loki(url)
    end = time.monotonic() + PATIENCE
    while True:
        logins = senders(loki, '{job="sshd"}')
        if (logins and set(senders(loki, '{job=~".+"}')) <= set(logins)) or time.monotonic() > end:
            break
        time.sleep(1)
    print(json.dumps({"members": loki.members(), "logins": logins, "newest": ages(loki)}))


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (OSError, ValueError, KeyError) as error:
        print(json.dumps({"error": f"{sys.argv[1]} does not answer: {error}"}))
