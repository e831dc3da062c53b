"""Prints the scrape targets of a Prometheus as JSON: job, instance, health and last error of each in `targets`, and in `critical`
the labels of its critical alerts.

    prometheus.py URL SERVER MONITORING [TARGETS]

TARGETS is the number of targets that Prometheus must have. Right after a deploy, Prometheus may not have read its targets yet, or
may have scraped them before their services started. The check waits until the result of a scrape is certain.
"""

from __future__ import annotations

import re
import sys
import time
from datetime import datetime
from typing import Any

from component import Api, critical_alerts, poll, print_result

WAIT = 75.0  # seconds: a scrape interval of a minute, and the duration of the scrape


def targets(api: Api) -> list[dict[str, Any]]:
    """The current targets."""
    return list(api.value("/api/v1/targets?state=active")["data"]["activeTargets"])


def scraped_after(target: dict[str, Any], start: float) -> bool:
    """Whether the last scrape of a target began after a time in seconds since 1970."""
    # Python before 3.11 does not read nanoseconds.
    text = re.sub(r"\.\d+", "", target.get("lastScrape", "0001-01-01T00:00:00Z")).replace("Z", "+00:00")
    return datetime.fromisoformat(text).timestamp() > start


def certain(found: list[dict[str, Any]], expected: int, start: float) -> bool:
    """Whether all targets exist, and each is up, or a scrape since the start of the check failed."""
    return len(found) >= max(expected, 1) and all(
        target["health"] == "up" or (target["health"] == "down" and scraped_after(target, start)) for target in found
    )


def check(url: str, expected: int = 0) -> dict[str, Any]:
    """The targets as soon as the results are certain, or after the waiting time."""
    api, start = Api(url, timeout=5), time.time()
    found = poll(lambda: targets(api), lambda current: certain(current, expected, start), time.monotonic() + WAIT, 0.5)
    return {
        "critical": critical_alerts(api, "/api/v1/rules?type=alert"),
        "targets": [
            {
                "job": target["labels"].get("job", ""),
                "instance": target["labels"].get("instance", ""),
                "health": target["health"],
                "error": target.get("lastError", ""),
            }
            for target in found
        ]
    }


if __name__ == "__main__":
    print_result(sys.argv[1], lambda: check(sys.argv[1], *map(int, sys.argv[4:5])))
