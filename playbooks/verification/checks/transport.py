"""Sends requests that the ports of a server must refuse, from the server itself as root, and prints the accepted ones as JSON.

    transport.py ADDRESS SERVER MONITORING KIND:PORT:CLIENT[,CLIENT…] …

ADDRESS is the address on which the components listen. CLIENT is one of the clients that the port of a KIND of component must refuse:
`plain` (no TLS), `anonymous` (TLS without a certificate) or `other` (TLS with the certificate of a component that may not connect).
The result has `requests` (the number of requests that the ports answered or refused) and `accepted`: the kind, the port and the
client of each request that was answered with the metrics of the component.
"""

from __future__ import annotations

import http.client
import ssl
import sys
from pathlib import Path
from typing import Any

from component import print_result

CERTIFICATES = Path("/etc/cdktf-monitoring/tls")
TIMEOUT = 5.0


def other(kind: str) -> str:
    """The component whose certificate a kind of component must refuse. A component accepts its own one, for its health check."""
    return "log_agent" if kind == "node_exporter" else "node_exporter"


def connection(client: str, kind: str, address: str, port: int, certificates: Path) -> http.client.HTTPConnection:
    """A connection of a client to a kind of component. It accepts every server, because this check is about clients."""
    if client == "plain":
        return http.client.HTTPConnection(address, port, timeout=TIMEOUT)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if client == "other":
        folder = certificates / other(kind)
        context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return http.client.HTTPSConnection(address, port, timeout=TIMEOUT, context=context)


def answer(link: http.client.HTTPConnection) -> int | None:
    """The status of a request for metrics, 0 if the port refuses the client, or None if nothing listens there."""
    try:
        link.connect()
    except (ssl.SSLError, ConnectionResetError):
        return 0
    except OSError:
        return None
    try:
        link.request("GET", "/metrics")
        return link.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        link.close()


def check(address: str, ports: list[str], certificates: Path = CERTIFICATES) -> dict[str, Any]:
    """The result for ports, each as KIND:PORT:CLIENTS."""
    requests, accepted = 0, []
    for kind, port, clients in (each.split(":") for each in ports):
        for client in clients.split(","):
            status = answer(connection(client, kind, address, int(port), certificates))
            if status is None:
                continue
            requests += 1
            if status == http.client.OK:
                accepted.append({"kind": kind, "port": int(port), "client": client})
    return {"requests": requests, "accepted": accepted}


if __name__ == "__main__":
    print_result(sys.argv[1], lambda: check(sys.argv[1], sys.argv[4:]))
