"""Checks files before they are put in place: with the programs that are to read them, in a folder that is gone afterwards.

Reads JSON from stdin: `files`, their texts by path, and `commands`, run in their folder; the first that fails is the end.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """What the first command that failed said goes to stderr."""
    wanted = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        for path, text in wanted["files"].items():
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        for command in wanted["commands"]:
            done = subprocess.run(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
            )
            if done.returncode != 0:
                lines = [line for line in done.stdout.replace(folder + "/", "").splitlines() if line.strip()]
                print(*lines, sep="\n", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
