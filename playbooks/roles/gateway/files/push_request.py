"""Reads the requests in which log agents send lines to Loki: streams in Protocol Buffers, compressed with Snappy.

Refuses every encoding that a log agent would not choose, because Loki could read it in another way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Loki accepts 15 labels, whose names and values have at most 1,024 and 2,048 bytes.
MAX_LABELS = 64 * 1024
# Labels as log agents write them. Other spellings, which Loki also accepts, could have a meaning that differs from the one read here.
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)=("(?:[^"\\\n]+|\\.)*")')


class RefusalError(Exception):
    """The request, or some of its streams, are refused.

    status: status of the answer. reason: a sentence for the log agent. kind: what is counted, such as "instance".
    """

    def __init__(self, status: int, reason: str, kind: str = "format") -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.kind = kind


def malformed() -> RefusalError:
    """The refusal of a body that a log agent would not send."""
    return RefusalError(400, "the body is malformed")


def content_length(data: bytes) -> int:
    """The length of a block of Snappy when it is decompressed, as the block states it."""
    try:
        return _varint(data, 0)[0]
    except IndexError:
        raise malformed() from None


def decompress(data: bytes) -> bytearray:
    """Decompresses a block of Snappy."""
    try:
        return _decompress(data)
    except IndexError:
        raise malformed() from None


def compress(content: bytes | bytearray) -> bytes:
    """Writes a block of Snappy, without making it smaller."""
    parts = [_varint_bytes(len(content))]
    for start in range(0, len(content), 65536):
        part = content[start : start + 65536]
        # A literal whose length, less one, follows in two bytes.
        parts += [b"\xf4", (len(part) - 1).to_bytes(2, "little"), part]
    return b"".join(parts)


def _decompress(data: bytes) -> bytearray:
    length, position = _varint(data, 0)
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
    return content


def streams(content: bytearray) -> Iterator[tuple[bytes, int, int]]:
    """The streams in a request: the labels as text, and the start and end of the stream with its tag."""
    try:
        before = 0
        for number, kind, start, end in _fields(content, 0, len(content)):
            if (number, kind) != (1, 2):
                raise malformed()
            labels = [(a, b) for field, form, a, b in _fields(content, start, end) if _is_labels(field, form)]
            if len(labels) != 1:
                raise malformed()
            a, b = labels[0]
            if b - a > MAX_LABELS:
                raise RefusalError(400, f"the labels of a stream have {b - a} bytes, and {MAX_LABELS} bytes are allowed")
            yield bytes(content[a:b]), before, end
            before = end
    except IndexError:
        raise malformed() from None


def read_labels(text: bytes) -> dict[str, str]:
    """The labels in the text of a stream. The values keep their quotes and escapes."""
    try:
        written = text.decode()
    except UnicodeDecodeError:
        raise malformed() from None
    found = LABEL.findall(written)
    if written != "{" + ", ".join(f"{name}={value}" for name, value in found) + "}":
        raise RefusalError(400, f"these are not labels as log agents write them: {written[:200]}")
    if len(dict(found)) != len(found):
        raise RefusalError(400, f"a label is repeated: {written[:200]}")
    return dict(found)


def _is_labels(number: int, kind: int) -> bool:
    """Whether a field of a stream is its labels. The others are its lines and a hash."""
    if (number, kind) not in {(1, 2), (2, 2), (3, 0)}:
        raise malformed()
    return number == 1


def _fields(data: bytearray, position: int, end: int) -> Iterator[tuple[int, int, int, int]]:
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


def _varint(data: bytes | bytearray, position: int) -> tuple[int, int]:
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


def _varint_bytes(value: int) -> bytes:
    digits = bytearray()
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    digits.append(value)
    return bytes(digits)
