"""Sends datagrams, and finds out which of them arrive at this machine. A UDP service does not answer them, so only the receiver
knows which ones arrived.

    datagrams.py listen TOKEN         starts listening in the background
    datagrams.py send TOKEN PROBES    base64 of zlib of JSON, as in probe.py; `to` contains triples: address, port, number
    datagrams.py report TOKEN         prints the numbers of the received datagrams as JSON, and stops listening

The listener is a raw socket. It gets a copy of every datagram that passes the firewall, on all ports, with or without a service,
and takes no datagram away from a service. The firewall's counters show neither the sender of a datagram nor whether the datagram
belongs to this verification, and they miss datagrams that a cloud firewall drops. Runs on servers, so it needs only Python.
"""

from __future__ import annotations

import base64
import ctypes
import errno
import json
import os
import select
import socket
import struct
import sys
import time
import zlib
from typing import Any

MARK = b"cdktf-monitoring verify "  # readable, because a service may log the datagram
COPIES = 3  # of each datagram, because one may be lost
PAUSE = 0.2  # seconds between two copies
LIMIT = 600  # seconds after which an abandoned listener stops
UDP_HEADER = 8  # bytes
SO_ATTACH_FILTER = 26  # missing in Python's socket module
NO_ROUTE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EADDRNOTAVAIL)


def send(token: str, probes: dict[str, Any]) -> list[str]:
    """Sends all datagrams. A result is `sent`, `unreachable` (no route), or the system's error."""
    results = [""] * len(probes["to"])
    for turn in range(COPIES):
        time.sleep(PAUSE if turn else 0)
        for index, (address, port, number) in enumerate(probes["to"]):
            try:
                _send_one(address, port, probes.get("from"), MARK + f"{token} {number}".encode())
                results[index] = "sent"
            except OSError as error:
                results[index] = "unreachable" if error.errno in NO_ROUTE else f"error: {error}"
    return results


def _send_one(address: str, port: int, source: str | None, data: bytes) -> None:
    family, kind, protocol, _, destination = socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as sender:
        if source:
            sender.bind((source, 0))
        sender.sendto(data, destination)


def listen(token: str) -> None:
    """Starts a listener as a background process. The listener is ready when this function returns."""
    receivers = [_receiver(family) for family in (socket.AF_INET, socket.AF_INET6) if _supported(family)]
    control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    control.bind(_control_name(token))
    control.listen()
    if os.fork():
        return
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)  # The caller waits until these streams are closed.
    _serve(token, receivers, control)
    os._exit(0)


def _serve(token: str, receivers: list[socket.socket], control: socket.socket) -> None:
    """Listens until a client connects to the control socket, and sends the received numbers to the client."""
    end = time.monotonic() + LIMIT
    received: set[int] = set()
    while (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select([*receivers, control], [], [], left)
        for receiver in receivers:  # all of them, because datagrams may have arrived before the client
            received.update(_numbers(receiver, MARK + f"{token} ".encode()))
        if control in ready:
            with control.accept()[0] as client:
                client.sendall(json.dumps(sorted(received)).encode())
            return


def _numbers(receiver: socket.socket, prefix: bytes) -> list[int]:
    """The numbers of all datagrams that a receiver has now."""
    numbers = []
    while True:
        try:
            packet = receiver.recv(2048)
        except BlockingIOError:
            return numbers
        header = (packet[0] & 15) * 4 if receiver.family == socket.AF_INET else 0  # The kernel omits the header of IPv6.
        data = packet[header + UDP_HEADER :]
        if data.startswith(prefix) and data[len(prefix) :].isdigit():
            numbers.append(int(data[len(prefix) :]))


def _receiver(family: socket.AddressFamily) -> socket.socket:
    """A raw socket for datagrams with our mark. The kernel filters, because a server may get 100,000 others per second."""
    receiver = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_UDP)
    receiver.setblocking(False)
    # Classic BPF as (operation, jump if true, jump if false, operand). Packets that are too short do not match.
    program = [
        (0xB1, 0, 0, 0) if family == socket.AF_INET else (0x01, 0, 0, 0),  # x = length of the IP header; 0 for IPv6
        (0x40, 0, 0, UDP_HEADER),  # load four bytes after the UDP header
        (0x15, 0, 1, int.from_bytes(MARK[:4], "big")),
        (0x06, 0, 0, 0xFFFF),  # accept
        (0x06, 0, 0, 0),  # drop
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    receiver.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(program), ctypes.addressof(code)))
    return receiver


def _supported(family: socket.AddressFamily) -> bool:
    """Whether this machine supports an address family."""
    try:
        socket.socket(family, socket.SOCK_DGRAM).close()
    except OSError:
        return False
    return True


def report(token: str) -> str:
    """Returns the numbers of the received datagrams as JSON, and stops the listener."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(_control_name(token))
        return b"".join(iter(lambda: client.recv(65536), b"")).decode()


def _control_name(token: str) -> bytes:
    """The abstract name of the control socket. It is not a file, and disappears with its process."""
    return b"\0cdktf-monitoring-verify-" + token.encode()


def main(verb: str, token: str, *probes: str) -> None:
    """Runs a verb of the command line."""
    if verb == "listen":
        listen(token)
        print("listening")
    elif verb == "send":
        print(json.dumps(send(token, json.loads(zlib.decompress(base64.b64decode(probes[0]))))))
    else:
        print(report(token))


if __name__ == "__main__":
    main(*sys.argv[1:])
