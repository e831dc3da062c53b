"""Asks a Prometheus, on its own server, for its targets; prints them as JSON: job, instance, health and last error.

    prometheus.py URL

One that starts does not know them at first, and then has not scraped all of them yet: it is given a little time.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from typing import Any

PATIENCE = 20.0  # seconds; within its scrape interval, 15 s by default, it has looked at each


def targets(url: str) -> list[dict[str, Any]]:
    """The targets as they are now."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}/api/v1/targets?state=active", timeout=5) as answer:
        active = json.load(answer)["data"]["activeTargets"]
    return [
        {
            "job": target["labels"].get("job", ""),
            "instance": target["labels"].get("instance", ""),
            "health": target["health"],
            "error": target.get("lastError", ""),
        }
        for target in active
    ]


def main(url: str) -> None:
    """Prints them when all are known, or when patience is over."""
    end = time.monotonic() + PATIENCE
    found = targets(url)
    while (not found or any(target["health"] == "unknown" for target in found)) and time.monotonic() < end:
        time.sleep(0.5)
        found = targets(url)
    print(json.dumps(found))


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (OSError, ValueError, KeyError) as error:
        print(json.dumps({"error": f"{sys.argv[1]} does not answer: {error}"}))
