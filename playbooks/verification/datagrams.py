"""Sends datagrams, and hears which of them get through to this machine, for nobody answers them.

    datagrams.py listen TOKEN         from now on, in the background
    datagrams.py send TOKEN PROBES    base64 of zlib of JSON, as in probe.py; `to` holds triples: address, port, number
    datagrams.py tell TOKEN           prints as JSON the numbers of those that were heard, and ends the listening

What listens is a raw socket: it gets a copy of what came through all rules of the machine, at any port, whether a service
is there or not, and takes nothing from anybody. The firewall's counters would tell less: not whose datagram it was, nor
whether it was one of ours at all, and nothing of what the cloud's firewall drops before. Needs nothing but Python.
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

MARK = b"cdktf-monitoring verify "  # in words, for who finds it in the log of a service
TIMES = 3  # that each is sent: one may be lost
PAUSE = 0.2  # seconds between two times
LIMIT = 600  # seconds until a listening that nobody ends is over
UDP_HEADER = 8
SO_ATTACH_FILTER = 26  # Python has no name for it
NO_WAY = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EADDRNOTAVAIL)


def send(token: str, probes: dict[str, Any]) -> list[str]:
    """Sends all that is to be sent; answers for each `sent`, `unreachable` where there is no way, or what the system said."""
    outcomes = [""] * len(probes["to"])
    for turn in range(TIMES):
        time.sleep(PAUSE if turn else 0)
        for index, (address, port, number) in enumerate(probes["to"]):
            try:
                _send_one(address, port, probes.get("from"), MARK + f"{token} {number}".encode())
                outcomes[index] = "sent"
            except OSError as error:
                outcomes[index] = "unreachable" if error.errno in NO_WAY else f"error: {error}"
    return outcomes


def _send_one(address: str, port: int, source: str | None, data: bytes) -> None:
    family, kind, protocol, _, where = socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as sender:
        if source:
            sender.bind((source, 0))
        sender.sendto(data, where)


def listen(token: str) -> None:
    """Leaves behind a process that listens. When this returns, it does."""
    ears = [_ear(family) for family in (socket.AF_INET, socket.AF_INET6) if _has(family)]
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    door.bind(_name(token))
    door.listen()
    if os.fork():
        return
    os.setsid()
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(silence, stream)  # whoever started us waits for their end
    _serve(token, ears, door)
    os._exit(0)


def _serve(token: str, ears: list[socket.socket], door: socket.socket) -> None:
    """Listens until somebody knocks, and tells them what was heard."""
    end = time.monotonic() + LIMIT
    heard: set[int] = set()
    while (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select([*ears, door], [], [], left)
        for ear in ears:  # all of them: what came before the knock is to be told
            heard.update(_numbers(ear, MARK + f"{token} ".encode()))
        if door in ready:
            with door.accept()[0] as visitor:
                visitor.sendall(json.dumps(sorted(heard)).encode())
            return


def _numbers(ear: socket.socket, begin: bytes) -> list[int]:
    """What came to an ear until now."""
    found = []
    while True:
        try:
            packet = ear.recv(2048)
        except BlockingIOError:
            return found
        header = (packet[0] & 15) * 4 if ear.family == socket.AF_INET else 0  # that of IPv6 is not handed over
        data = packet[header + UDP_HEADER :]
        if data.startswith(begin) and data[len(begin) :].isdigit():
            found.append(int(data[len(begin) :]))


def _ear(family: socket.AddressFamily) -> socket.socket:
    """A socket that gets our own datagrams only: a server may get a hundred thousand others in a second."""
    ear = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_UDP)
    ear.setblocking(False)
    # For the kernel, as (operation, jump if true, jump if false, operand); what is too short does not pass.
    program = [
        (0xB1, 0, 0, 0) if family == socket.AF_INET else (0x01, 0, 0, 0),  # x = the length of the header before UDP's
        (0x40, 0, 0, UDP_HEADER),  # the four bytes behind UDP's
        (0x15, 0, 1, int.from_bytes(MARK[:4], "big")),
        (0x06, 0, 0, 0xFFFF),  # passes
        (0x06, 0, 0, 0),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    ear.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(program), ctypes.addressof(code)))
    return ear


def _has(family: socket.AddressFamily) -> bool:
    """Whether this machine knows a family of addresses at all."""
    try:
        socket.socket(family, socket.SOCK_DGRAM).close()
    except OSError:
        return False
    return True


def tell(token: str) -> str:
    """What the listening heard."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as visitor:
        visitor.connect(_name(token))
        return b"".join(iter(lambda: visitor.recv(65536), b"")).decode()


def _name(token: str) -> bytes:
    """Where the listening is asked; such a name is no file, and is gone with its process."""
    return b"\0cdktf-monitoring-verify-" + token.encode()


def main(verb: str, token: str, *probes: str) -> None:
    """Does what it is told."""
    if verb == "listen":
        listen(token)
        print("listening")
    elif verb == "send":
        print(json.dumps(send(token, json.loads(zlib.decompress(base64.b64decode(probes[0]))))))
    else:
        print(tell(token))


if __name__ == "__main__":
    main(*sys.argv[1:])
