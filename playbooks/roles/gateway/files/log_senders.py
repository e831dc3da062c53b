#!/usr/bin/python3
"""Forwards log lines to Loki if they carry the name of the server that sends them, within limits of each server.

Usage: log_senders.py SOCKET LOKI RATE STREAMS
    SOCKET   Unix socket to listen on. Only the gateway may connect to it: it names the sender in the header X-Log-Sender, from the
             client's certificate
    LOKI     address of Loki, HOST:PORT
    RATE     bytes per second, before compression, that one server may send on average. For ten seconds, it may send twice as much
    STREAMS  number of streams to which one server may send within an hour

It accepts the requests of log agents: streams in Protocol Buffers with Snappy. Answers of its own:
    400  the body is malformed
    403  a stream has another "instance" than the sender's name, or none. A log agent discards the lines
    411  the request does not tell its length
    413  the body is too large
    415  the body has another format
    429  the server has reached a limit. A log agent sends the lines again later
    502  Loki does not answer. A log agent sends the lines again later
All others are Loki's. The first refusal of a server in each minute is written to standard error, as a line of JSON.
"""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import os
import re
import socketserver
import sys
import threading
import time
from collections.abc import Iterator

# Log agents send at most 1 MiB before compression, or one line of 256 KiB more.
MAX_BODY = 4 * 1024 * 1024
MAX_CONTENT = 8 * 1024 * 1024
# A log agent sends one request at a time for each of its sources.
MAX_REQUESTS = 8
# How long a request waits until the sender's rate allows it. Then the agent tries again, at most ten times.
MAX_WAIT = 10.0
BURST_SECONDS = 20.0
# Loki counts a stream as active for about as long after its last line.
STREAM_SECONDS = 3600.0
LOG_SECONDS = 60.0
LOKI_TIMEOUT = 60
PATH = "/loki/api/v1/push"
FORMAT = "application/x-protobuf"

# Labels as log agents write them. Other spellings, which Loki also accepts, could have a meaning that differs from the one read here.
VALUE = r'"(?:[^"\\\n]|\\.)*"'
LABEL = rf"([a-zA-Z_][a-zA-Z0-9_]*)=({VALUE})"
LABELS = re.compile(rf"\{{{LABEL}(?:, {LABEL})*\}}")
EACH_LABEL = re.compile(LABEL)


class RefusalError(Exception):
    """The request is refused with a status and a reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def malformed() -> RefusalError:
    """The refusal of a body that a log agent would not send."""
    return RefusalError(400, "the body is malformed")


def decompress(data: bytes, most: int) -> bytes:
    """Decompresses a block of Snappy. most: size of the content that is still accepted."""
    try:
        return _decompress(data, most)
    except IndexError:
        raise malformed() from None


def _decompress(data: bytes, most: int) -> bytes:
    length, position = _varint(data, 0)
    if length > most:
        raise RefusalError(413, f"the lines have {length} bytes, and {most} bytes are allowed in one request")
    end = len(data)
    content = bytearray()
    while position < end:
        tag = data[position]
        position += 1
        kind = tag & 3
        if kind == 0:
            size = (tag >> 2) + 1
            if size > 60:
                extra = size - 60
                size = int.from_bytes(data[position : position + extra], "little") + 1
                position += extra
            if size > end - position:
                raise malformed()
            content += data[position : position + size]
            position += size
        else:
            if kind == 1:
                size = ((tag >> 2) & 7) + 4
                offset = (tag >> 5) << 8 | data[position]
                position += 1
            else:
                size = (tag >> 2) + 1
                width = 2 if kind == 2 else 4
                offset = int.from_bytes(data[position : position + width], "little")
                position += width
            start = len(content) - offset
            if offset == 0 or start < 0:
                raise malformed()
            # A copy may overlap its own beginning: then it repeats.
            content += content[start : start + size] if offset >= size else (content[start:] * (size // offset + 1))[:size]
        if len(content) > length:
            raise malformed()
    if len(content) != length:
        raise malformed()
    return bytes(content)


def labels_of(content: bytes) -> Iterator[str]:
    """The labels of each stream in a request, as text. Refuses every encoding that a log agent would not choose."""
    try:
        for number, kind, start, end in _fields(content, 0, len(content)):
            if (number, kind) != (1, 2):
                raise malformed()
            labels = [content[a:b] for field, form, a, b in _fields(content, start, end) if _is_labels(field, form)]
            if len(labels) != 1:
                raise malformed()
            yield labels[0].decode()
    except (IndexError, UnicodeDecodeError):
        raise malformed() from None


def _is_labels(number: int, kind: int) -> bool:
    """Whether a field of a stream is its labels. The others are its lines and a hash."""
    if (number, kind) not in {(1, 2), (2, 2), (3, 0)}:
        raise malformed()
    return number == 1


def _fields(data: bytes, position: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """The fields of a message: number, wire type, and the start and end of the value."""
    while position < end:
        tag, position = _varint(data, position)
        kind = tag & 7
        size, start = _varint(data, position)
        if kind == 0:
            position = start
        elif kind == 2:
            position = start + size
        else:
            raise malformed()
        if position > end:
            raise malformed()
        yield tag >> 3, kind, start, position


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """A number and the position after it."""
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7
        if shift > 63:
            raise malformed()


class Sender:
    """What one server has sent."""

    def __init__(self, name: str, rate: float, most_streams: int) -> None:
        self.name = name
        self._rate = rate
        self._most_streams = most_streams
        self._lock = threading.Lock()
        self._requests = 0
        self._allowance = rate * BURST_SECONDS
        self._measured = time.monotonic()
        self._streams: dict[str, float] = {}
        self._logged = 0.0

    @contextlib.contextmanager
    def request(self) -> Iterator[None]:
        """Counts a request while it lasts."""
        with self._lock:
            if self._requests >= MAX_REQUESTS:
                raise RefusalError(429, f"{self.name} has {MAX_REQUESTS} requests open")
            self._requests += 1
        try:
            yield
        finally:
            with self._lock:
                self._requests -= 1

    def wait_for(self, size: int) -> None:
        """Waits until the rate of the server allows a number of bytes."""
        with self._lock:
            now = time.monotonic()
            self._allowance = min(self._allowance + (now - self._measured) * self._rate, self._rate * BURST_SECONDS)
            self._measured = now
            wait = max((size - self._allowance) / self._rate, 0.0)
            if wait > MAX_WAIT:
                raise RefusalError(429, f"{self.name} sends more than {self._rate / 1048576:g} MB per second")
            self._allowance -= size
        time.sleep(wait)

    def check(self, labels: set[str]) -> None:
        """Refuses streams of another server, and more streams than one server may have."""
        now = time.monotonic()
        with self._lock:
            new = labels - self._streams.keys()
        for text in new:
            self._check_instance(text)
        with self._lock:
            if len(self._streams) + len(new) > self._most_streams:
                self._streams = {text: seen for text, seen in self._streams.items() if now - seen < STREAM_SECONDS}
            if len(self._streams.keys() | labels) > self._most_streams:
                raise RefusalError(429, f"{self.name} has more than {self._most_streams} streams")
            self._streams.update(dict.fromkeys(labels, now))

    def _check_instance(self, text: str) -> None:
        if not LABELS.fullmatch(text):
            raise RefusalError(400, f"these are not labels as log agents write them: {text[:200]}")
        labels = EACH_LABEL.findall(text)
        if len(dict(labels)) != len(labels):
            raise RefusalError(400, f"a label is repeated: {text[:200]}")
        instance = dict(labels).get("instance", "none")
        if instance != f'"{self.name}"':
            raise RefusalError(403, f"{self.name} sends lines of another server: their label instance is {instance[:200]}")

    def may_log(self) -> bool:
        """Whether a refusal of this server is written to the log now."""
        with self._lock:
            now = time.monotonic()
            if self._logged and now - self._logged < LOG_SECONDS:
                return False
            self._logged = now
            return True


class Senders:
    """The servers that send lines, by name."""

    def __init__(self, rate: float, most_streams: int) -> None:
        self._rate = rate
        self._most_streams = most_streams
        self._lock = threading.Lock()
        self._senders: dict[str, Sender] = {}

    def named(self, name: str) -> Sender:
        with self._lock:
            return self._senders.setdefault(name, Sender(name, self._rate, self._most_streams))


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers the requests of one connection of the gateway."""

    protocol_version = "HTTP/1.1"
    timeout = 120
    server: Server

    def setup(self) -> None:
        super().setup()
        self._loki: http.client.HTTPConnection | None = None

    def finish(self) -> None:
        if self._loki:
            self._loki.close()
        super().finish()

    def do_POST(self) -> None:
        """Forwards a request, or refuses it."""
        name = self.headers.get("X-Log-Sender", "")
        sender = self.server.senders.named(name)
        try:
            if not name or self.path != PATH:
                raise RefusalError(403, "the gateway names no sender" if not name else "only lines are accepted here")
            with sender.request():
                body = self._read()
                content = decompress(body, MAX_CONTENT)
                sender.wait_for(len(content))
                sender.check(set(labels_of(content)))
                self._forward(body)
        except RefusalError as refusal:
            self._refuse(sender, refusal)

    def _read(self) -> bytes:
        if self.headers.get("Content-Type", FORMAT).split(";")[0].strip() != FORMAT or self.headers.get("Content-Encoding", "snappy") != "snappy":
            raise RefusalError(415, f"only {FORMAT} with Snappy is accepted")
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdecimal():
            raise RefusalError(411, "the request does not tell its length")
        if int(length) > MAX_BODY:
            raise RefusalError(413, f"the body has {length} bytes, and {MAX_BODY} bytes are allowed")
        body = self.rfile.read(int(length))
        if len(body) != int(length):
            self.close_connection = True
            raise malformed()
        return body

    def _forward(self, body: bytes) -> None:
        try:
            status, kind, answer = self._ask_loki(body)
        except (OSError, http.client.HTTPException):
            # Loki may have closed the idle connection.
            self._loki = None
            try:
                status, kind, answer = self._ask_loki(body)
            except (OSError, http.client.HTTPException) as error:
                self._loki = None
                raise RefusalError(502, f"Loki does not answer: {error}") from error
        self._answer(status, kind, answer)

    def _ask_loki(self, body: bytes) -> tuple[int, str, bytes]:
        if self._loki is None:
            self._loki = http.client.HTTPConnection(self.server.loki, timeout=LOKI_TIMEOUT)
        # No other header of the client reaches Loki.
        self._loki.request("POST", PATH, body, {"Content-Type": FORMAT})
        response = self._loki.getresponse()
        return response.status, response.headers.get("Content-Type", "text/plain"), response.read()

    def _refuse(self, sender: Sender, refusal: RefusalError) -> None:
        if refusal.status in {403, 429, 502} and sender.may_log():
            line = {"level": "warn", "ts": time.time(), "logger": "log_senders", "msg": refusal.reason, "sender": sender.name, "status": refusal.status}
            print(json.dumps(line), file=sys.stderr, flush=True)
        # Part of the body may be unread.
        self.close_connection = True
        self._answer(refusal.status, "text/plain; charset=utf-8", f"{refusal.reason}\n".encode())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def log_message(self, format: str, *values: object) -> None:
        """Writes nothing: the class reports only clients that send no HTTP, and the gateway sends HTTP."""


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Listens on the socket."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, socket: str, loki: str, senders: Senders) -> None:
        super().__init__(socket, Handler)
        self.loki = loki
        self.senders = senders


def main(socket: str, loki: str, rate: str, streams: str) -> None:
    """Runs until the process is stopped."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(socket)
    Server(socket, loki, Senders(float(rate), int(streams))).serve_forever()


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
