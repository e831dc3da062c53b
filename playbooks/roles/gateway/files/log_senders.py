#!/usr/bin/python3
"""Forwards log lines to Loki if they carry the name of the server that sends them, within limits of each server.

Usage: log_senders.py SOCKET LOKI RATE STREAMS
    SOCKET   Unix socket to listen on. Only the gateway may connect to it: it names the sender in the header X-Log-Sender, from the
             client's certificate
    LOKI     address of Loki, HOST:PORT
    RATE     bytes per second, before compression, that one server may send on average, with 20 seconds' worth at once
    STREAMS  number of streams to which one server may send within an hour

Answers of its own:
    400  the body is malformed, or has more streams than the server may use. Loki got the other streams. A log agent discards the batch
    403  a stream has another "instance" than the sender's name, or none. A log agent discards the batch
    411  the request has no Content-Length
    413  the body is too large
    415  the body has another format
    429  the server sends too much. A log agent sends the batch again later
    503  Loki or this program is overloaded, or Loki does not answer. A log agent sends the batch again later
All others are Loki's. The first refusal of each kind and server in each minute is written to standard error, as a line of JSON.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import http.server
import json
import os
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Iterator

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from push_request import RefusalError, compress, content_length, decompress, malformed, read_labels, streams  # noqa: E402

# A log agent collects lines of 1 MiB; short lines have more around them than in them.
MAX_BODY = 8 * 1024 * 1024
MAX_CONTENT = 20 * 1024 * 1024
# A log agent sends one request at a time, and gives up after ten seconds. This program may still be busy with the former one.
MAX_REQUESTS = 3
DEADLINE = 9.0
MAX_WAIT = 5.0
# Bodies in memory, of all servers and of one. The unit's MemoryMax allows for them and for what is decompressed.
MAX_BODIES = 128 * 1024 * 1024
MAX_OWN_BODIES = 2 * MAX_BODY
# Requests that are decompressed at the same time. More would not be faster, because Python runs one thread at a time.
MAX_DECODERS = 4
BURST_SECONDS = 20.0
# A usual request needs less CPU time than this rate allows. One that needs more is charged as if it had more bytes.
BYTES_PER_CPU_SECOND = 8 * 1024 * 1024
# Loki counts a stream as active for about as long after its last line.
STREAM_SECONDS = 3600.0
LOG_SECONDS = 60.0
PATH = "/loki/api/v1/push"
FORMAT = "application/x-protobuf"


class Sender:
    """What one server has sent."""

    def __init__(self, name: str, rate: float, most_streams: int) -> None:
        self.name = name
        # Held while a request of the server is decompressed, so that a server uses one decoder only.
        self.decoding = threading.Lock()
        self._rate = rate
        self._most_streams = most_streams
        self._lock = threading.Lock()
        self._requests = 0
        self._bodies = 0
        self._allowance = rate * BURST_SECONDS
        self._measured = time.monotonic()
        self._streams: dict[bytes, float] = {}
        self._logged: dict[str, float] = {}

    @contextlib.contextmanager
    def request(self) -> Iterator[None]:
        """Counts a request while it lasts."""
        with self._lock:
            if self._requests >= MAX_REQUESTS:
                raise RefusalError(429, f"{self.name} has {MAX_REQUESTS} requests open", "requests")
            self._requests += 1
        try:
            yield
        finally:
            with self._lock:
                self._requests -= 1

    def hold(self, size: int) -> bool:
        """Counts a body in memory, of a negative size when it leaves memory. Returns false if there are too many."""
        with self._lock:
            if size > 0 and self._bodies + size > MAX_OWN_BODIES:
                return False
            self._bodies += size
            return True

    def wait_for(self, size: int) -> None:
        """Waits until the rate of the server allows a number of bytes."""
        with self._lock:
            now = time.monotonic()
            full = self._rate * BURST_SECONDS
            self._allowance = min(self._allowance + (now - self._measured) * self._rate, full)
            self._measured = now
            wait = max((min(size, full) - self._allowance) / self._rate, 0.0)
            if wait > MAX_WAIT:
                raise RefusalError(429, f"{self.name} sends more than {self._rate / 1048576:g} MB per second", "rate")
            self._allowance -= size
        time.sleep(wait)

    def charge(self, size: float) -> None:
        """Reduces what the server may send."""
        with self._lock:
            self._allowance -= max(size, 0.0)

    def allowed(self, labels: dict[bytes, bytes]) -> set[bytes]:
        """The digests of the streams to which the server may send, of those in a request.

        labels: the labels of each stream, by digest. Raises RefusalError if a stream is another server's.
        """
        now = time.monotonic()
        with self._lock:
            new = [digest for digest in labels if digest not in self._streams]
        for digest in new:
            self._check_instance(labels[digest])
        with self._lock:
            if len(self._streams) + len(new) > self._most_streams:
                self._streams = {digest: seen for digest, seen in self._streams.items() if now - seen < STREAM_SECONDS}
            free = max(self._most_streams - len(self._streams), 0)
            refused = [digest for digest in new if digest not in self._streams][free:]
        return labels.keys() - set(refused)

    def remember(self, digests: set[bytes]) -> None:
        """Counts streams that Loki has accepted."""
        with self._lock:
            self._streams.update(dict.fromkeys(digests, time.monotonic()))

    def _check_instance(self, labels: bytes) -> None:
        instance = read_labels(labels).get("instance", "none")
        if instance != f'"{self.name}"':
            raise RefusalError(403, f"{self.name} sends lines of another server: their label instance is {instance[:200]}", "instance")

    def log(self, refusal: RefusalError) -> None:
        """Writes a refusal to standard error, unless there was one of its kind a short time ago."""
        with self._lock:
            now = time.monotonic()
            if now - self._logged.get(refusal.kind, -LOG_SECONDS) < LOG_SECONDS:
                return
            self._logged[refusal.kind] = now
        line = {"level": "warn", "ts": time.time(), "logger": "log_senders", "msg": refusal.reason, "sender": self.name, "refused": refusal.kind}
        print(json.dumps(line), file=sys.stderr, flush=True)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers the requests of one connection of the gateway."""

    protocol_version = "HTTP/1.1"
    # Longer than the gateway keeps an unused connection.
    timeout = 300
    server: Server

    def setup(self) -> None:
        super().setup()
        self._loki: http.client.HTTPConnection | None = None
        self._unread = 0
        self._deadline = 0.0

    def finish(self) -> None:
        self._disconnect()
        # A client that has given up is no error.
        with contextlib.suppress(ConnectionError):
            super().finish()

    def do_POST(self) -> None:
        """Forwards a request, or refuses it."""
        self._deadline = time.monotonic() + DEADLINE
        name = self.headers.get("X-Log-Sender", "")
        sender = self.server.sender(name)
        try:
            with sender.request():
                self._receive(sender)
        except RefusalError as refusal:
            self.close_connection = True
            self._refuse(sender, refusal)

    def _receive(self, sender: Sender) -> None:
        try:
            length = self._unread = self._length()
            if not sender.name or self.path != PATH:
                raise RefusalError(403, "only lines are accepted here" if sender.name else "the gateway names no sender")
            self._check_format()
            if length > MAX_BODY:
                raise RefusalError(413, f"the body has {length} bytes, and {MAX_BODY} bytes are allowed")
            with self.server.holding(sender, length):
                self._process(sender, self._read(length))
        except RefusalError as refusal:
            # With an unread body, the gateway could not deliver the answer.
            while self._unread > 0 and (part := self.rfile.read(min(self._unread, 65536))):
                self._unread -= len(part)
            self.close_connection = self.close_connection or self._unread > 0 or refusal.status == 411
            self._refuse(sender, refusal)

    def _process(self, sender: Sender, body: bytes) -> None:
        length = content_length(body)
        if length > MAX_CONTENT:
            raise RefusalError(413, f"the lines have {length} bytes, and {MAX_CONTENT} bytes are allowed in one request")
        sender.wait_for(max(length, len(body)))
        with sender.decoding, self.server.decoder(self._deadline):
            begun = time.thread_time()
            try:
                kept, digests, surplus = self._check(sender, body)
            finally:
                sender.charge((time.thread_time() - begun) * BYTES_PER_CPU_SECOND - length)
        del body
        if digests:
            status, kind, answer = self._ask_loki(kept)
            if status // 100 != 2:
                self._answer(status, kind, answer)
                return
            sender.remember(digests)
        else:
            status, kind, answer = 204, "text/plain", b""
        if surplus:
            raise RefusalError(400, f"{sender.name} may use no more streams within an hour: {surplus} new streams of this batch are discarded", "streams")
        self._answer(status, kind, answer)

    @staticmethod
    def _check(sender: Sender, body: bytes) -> tuple[bytes, set[bytes], int]:
        """Returns what Loki gets, the digests of its streams, and the number of streams that are left out."""
        content = decompress(body)
        labels: dict[bytes, bytes] = {}
        parts: list[tuple[bytes, int, int]] = []
        for text, start, end in streams(content):
            digest = hashlib.blake2b(text, digest_size=16).digest()
            labels[digest] = text
            parts.append((digest, start, end))
        allowed = sender.allowed(labels)
        if len(allowed) == len(labels):
            return body, allowed, 0
        kept = b"".join(content[start:end] for digest, start, end in parts if digest in allowed)
        return compress(kept), allowed, len(labels) - len(allowed)

    def _length(self) -> int:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdecimal():
            raise RefusalError(411, "the request has no Content-Length")
        return int(length)

    def _check_format(self) -> None:
        kind, encoding = self.headers.get("Content-Type", FORMAT), self.headers.get("Content-Encoding", "snappy")
        if kind.split(";")[0].strip() != FORMAT or encoding != "snappy":
            raise RefusalError(415, f"only {FORMAT} with Snappy is accepted")

    def _read(self, length: int) -> bytes:
        body = self.rfile.read(length)
        self._unread = 0
        if len(body) != length:
            self.close_connection = True
            raise malformed()
        return body

    def _ask_loki(self, body: bytes) -> tuple[int, str, bytes]:
        reused = self._loki is not None
        try:
            return self._send(body)
        except TimeoutError as error:
            self._disconnect()
            raise RefusalError(503, "Loki does not answer in time", "loki") from error
        except (OSError, http.client.HTTPException) as error:
            self._disconnect()
            if not reused:
                raise RefusalError(503, f"Loki does not answer: {error}", "loki") from error
        # Loki has closed the unused connection.
        try:
            return self._send(body)
        except (OSError, http.client.HTTPException) as error:
            self._disconnect()
            raise RefusalError(503, f"Loki does not answer: {error}", "loki") from error

    def _send(self, body: bytes) -> tuple[int, str, bytes]:
        left = max(self._deadline - time.monotonic(), 1.0)
        if self._loki is None:
            self._loki = http.client.HTTPConnection(self.server.loki, timeout=left)
        elif self._loki.sock is not None:
            self._loki.sock.settimeout(left)
        # No other header of the client reaches Loki.
        self._loki.request("POST", PATH, body, {"Content-Type": FORMAT})
        response = self._loki.getresponse()
        return response.status, response.headers.get("Content-Type", "text/plain"), response.read()

    def _disconnect(self) -> None:
        if self._loki is not None:
            self._loki.close()
        self._loki = None

    def _refuse(self, sender: Sender, refusal: RefusalError) -> None:
        sender.log(refusal)
        self._answer(refusal.status, "text/plain; charset=utf-8", f"{refusal.reason}\n".encode())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        with contextlib.suppress(ConnectionError):
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

    def __init__(self, path: str, loki: str, rate: float, most_streams: int) -> None:
        super().__init__(path, Handler)
        self.loki = loki
        self._limits = (rate, most_streams)
        self._lock = threading.Lock()
        self._senders: dict[str, Sender] = {}
        self._bodies = 0
        self._decoders = threading.BoundedSemaphore(MAX_DECODERS)

    def sender(self, name: str) -> Sender:
        """The server with a name."""
        with self._lock:
            return self._senders.setdefault(name, Sender(name, *self._limits))

    @contextlib.contextmanager
    def holding(self, sender: Sender, size: int) -> Iterator[None]:
        """Counts a body while it is in memory."""
        if not sender.hold(size):
            raise RefusalError(429, f"{sender.name} sends several large requests at once", "rate")
        try:
            with self._lock:
                if self._bodies + size > MAX_BODIES:
                    raise RefusalError(503, "too many requests wait for Loki", "overload")
                self._bodies += size
            try:
                yield
            finally:
                with self._lock:
                    self._bodies -= size
        finally:
            sender.hold(-size)

    @contextlib.contextmanager
    def decoder(self, deadline: float) -> Iterator[None]:
        """Waits for a turn to decompress a request."""
        if not self._decoders.acquire(timeout=max(deadline - time.monotonic(), 0.1)):
            raise RefusalError(503, "too many requests wait to be decompressed", "overload")
        try:
            yield
        finally:
            self._decoders.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Reports an error of this program in one line, because a client must not fill the log."""
        error = sys.exc_info()[1]
        if not isinstance(error, (ConnectionError, TimeoutError)):
            print(json.dumps({"level": "error", "ts": time.time(), "logger": "log_senders", "msg": repr(error)}), file=sys.stderr, flush=True)


def report_ready() -> None:
    """Tells systemd that the program listens (sd_notify)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notification:
            notification.sendto(b"READY=1", "\0" + address[1:] if address.startswith("@") else address)


def main(path: str, loki: str, rate: str, most_streams: str) -> None:
    """Runs until the process is stopped."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    with Server(path, loki, float(rate), int(most_streams)) as server:
        report_ready()
        server.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
