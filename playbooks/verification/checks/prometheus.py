"""Prints the scrape targets of a Prometheus as JSON: job, instance, health and last error of each in `targets`.

    prometheus.py URL

Right after its start, Prometheus has no targets, or has not scraped all of them yet, so the check waits for a short time.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from component import Api, poll, print_result

WAIT = 20.0  # seconds; longer than the default scrape interval of 15 s


def targets(api: Api) -> list[dict[str, Any]]:
    """The current targets."""
    return [
        {
            "job": target["labels"].get("job", ""),
            "instance": target["labels"].get("instance", ""),
            "health": target["health"],
            "error": target.get("lastError", ""),
        }
        for target in api.value("/api/v1/targets?state=active")["data"]["activeTargets"]
    ]


def scraped(found: list[dict[str, Any]]) -> bool:
    """Whether there are targets, each with a first scrape."""
    return bool(found) and all(target["health"] != "unknown" for target in found)


def check(url: str) -> dict[str, Any]:
    """The targets as soon as all are scraped, or after the waiting time."""
    api = Api(url, timeout=5)
    return {"targets": poll(lambda: targets(api), scraped, time.monotonic() + WAIT, 0.5)}


if __name__ == "__main__":
    print_result(sys.argv[1], lambda: check(sys.argv[1]))
