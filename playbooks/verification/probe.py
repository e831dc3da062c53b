"""Tries to connect to ports, all at the same time, and prints as JSON what came of each, in their order.

    probe.py PROBES         base64 of zlib of JSON: see decode

`open`, `refused`, or `filtered` where nothing came back at all; `unreachable` where there is no way or nobody at its end;
else what the system said. Needs nothing but Python: it is run on servers as it is.
"""

from __future__ import annotations

import asyncio
import base64
import errno
import json
import sys
import zlib
from typing import Any

SECONDS = 1.0  # until a try counts as unanswered; a packet that was lost is sent again by the next one
TRIES = 2
PARALLEL = 400  # fewer than the files that a process may open by default
NO_WAY = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EADDRNOTAVAIL)


def encode(probes: dict[str, Any]) -> str:
    """Probes as one word for a command line."""
    return base64.b64encode(zlib.compress(json.dumps(probes).encode(), 9)).decode()


def decode(word: str) -> dict[str, Any]:
    """The probes: `from`, the own address to connect from (or null), and `to`, pairs of address and port."""
    return dict(json.loads(zlib.decompress(base64.b64decode(word))))


async def probe(address: str, port: int, source: str | None) -> str:
    """What comes of connecting to a port; nothing is sent."""
    for _ in range(TRIES):
        try:
            connecting = asyncio.open_connection(address, port, local_addr=(source, 0) if source else None)
            _, writer = await asyncio.wait_for(connecting, SECONDS)
        except (TimeoutError, asyncio.TimeoutError):  # until Python 3.11 these are two
            continue
        except ConnectionRefusedError:
            return "refused"
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                continue
            return "unreachable" if error.errno in NO_WAY else f"error: {error}"
        writer.transport.abort()
        return "open"
    return "filtered"


async def probe_all(probes: dict[str, Any]) -> list[str]:
    """What came of each."""
    limit = asyncio.Semaphore(PARALLEL)

    async def bounded(address: str, port: int) -> str:
        async with limit:
            return await probe(address, port, probes.get("from"))

    return list(await asyncio.gather(*(bounded(address, port) for address, port in probes["to"])))


if __name__ == "__main__":
    print(json.dumps(asyncio.run(probe_all(decode(sys.argv[1])))))
