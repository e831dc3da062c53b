"""Connects to ports, all at the same time, and prints the results as JSON in the order of the ports.

    probe.py PROBES         base64 of zlib of JSON: see decode

A result is `open`, `refused`, `filtered` (no answer), `unreachable` (no route or no host), or the system's error. Runs on servers,
so it needs only Python.
"""

from __future__ import annotations

import asyncio
import base64
import errno
import json
import sys
import zlib
from typing import Any

SECONDS = 1.0  # until an attempt counts as unanswered
ATTEMPTS = 2  # because a packet may be lost
PARALLEL = 400  # less than the default limit of open files
NO_ROUTE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EADDRNOTAVAIL)


def encode(probes: dict[str, Any]) -> str:
    """Encodes probes as one word for a command line."""
    return base64.b64encode(zlib.compress(json.dumps(probes).encode(), 9)).decode()


def decode(word: str) -> dict[str, Any]:
    """Decodes probes: `from` is the source address or null, `to` contains pairs of address and port."""
    return dict(json.loads(zlib.decompress(base64.b64decode(word))))


async def probe(address: str, port: int, source: str | None) -> str:
    """Connects to a port without sending data, and returns the result."""
    for _ in range(ATTEMPTS):
        try:
            connecting = asyncio.open_connection(address, port, local_addr=(source, 0) if source else None)
            _, writer = await asyncio.wait_for(connecting, SECONDS)
        except (TimeoutError, asyncio.TimeoutError):  # two different classes before Python 3.11
            continue
        except ConnectionRefusedError:
            return "refused"
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                continue
            return "unreachable" if error.errno in NO_ROUTE else f"error: {error}"
        writer.transport.abort()
        return "open"
    return "filtered"


async def probe_all(probes: dict[str, Any]) -> list[str]:
    """Returns the results of all probes."""
    limit = asyncio.Semaphore(PARALLEL)

    async def bounded(address: str, port: int) -> str:
        async with limit:
            return await probe(address, port, probes.get("from"))

    return list(await asyncio.gather(*(bounded(address, port) for address, port in probes["to"])))


if __name__ == "__main__":
    print(json.dumps(asyncio.run(probe_all(decode(sys.argv[1])))))
