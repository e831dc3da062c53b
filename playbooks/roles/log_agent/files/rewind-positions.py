#!/usr/bin/env python3
"""Makes Promtail read unsent lines again, after systemd killed Promtail because Loki did not answer.

Usage: rewind-positions.py POSITIONS, as ExecStopPost= of the unit

Promtail stores how far it has read, not how far Loki has accepted. It holds the lines of half a second until Loki answers, and
reads no more meanwhile. The lines that are read twice have the same timestamps twice, so that Loki stores them once. Only lines
without timestamps of their own are stored twice.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

# More than a file usually grows in the two seconds between two reads.
BYTES = 64 * 1024
ENTRIES = 500
POSITION = re.compile(r'  (?P<file>/.*): "(?P<offset>\d+)"')
CURSOR = re.compile(r"  cursor-\S+: (?P<cursor>\S.*)")


def line_start(file: str, offset: int) -> int:
    """The start of a line, at most BYTES before an offset."""
    start = max(0, offset - BYTES)
    # Promtail starts at the beginning of a file that is shorter, because it is a new file.
    if os.path.getsize(file) < offset:
        return offset
    if start == 0:
        return 0
    with open(file, "rb") as stream:
        # The byte before tells whether a line begins at `start`.
        stream.seek(start - 1)
        rest = stream.read(offset - start + 1)
    end = rest.find(b"\n")
    return offset if end < 0 else start + end


def earlier_cursor(cursor: str) -> str:
    """The cursor of a journal entry, at most ENTRIES before another one."""
    command = ["journalctl", "--quiet", "--reverse", "--cursor", cursor, "--lines", str(ENTRIES), "--output", "export"]
    answer = subprocess.run([*command, "--output-fields", "PRIORITY"], capture_output=True, text=True, check=True)
    cursors = re.findall(r"^__CURSOR=(.*)$", answer.stdout, re.MULTILINE)
    return str(cursors[-1]) if cursors else cursor


def rewound(line: str) -> str:
    """A line of the file with positions, moved back if possible."""
    try:
        if match := POSITION.fullmatch(line):
            return f'  {match["file"]}: "{line_start(match["file"], int(match["offset"]))}"'
        if match := CURSOR.fullmatch(line):
            return line.replace(match["cursor"], earlier_cursor(match["cursor"]))
    except (OSError, subprocess.CalledProcessError):
        pass
    return line


def main() -> None:
    """Reads the command line and the result of the service."""
    if os.environ.get("SERVICE_RESULT") != "timeout":
        return
    file = Path(sys.argv[1])
    lines = file.read_text(encoding="utf-8").splitlines()
    part = file.with_suffix(".part")
    part.write_text("".join(f"{rewound(line)}\n" for line in lines), encoding="utf-8")
    part.chmod(0o600)
    part.replace(file)


if __name__ == "__main__":
    main()
