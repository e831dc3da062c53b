#!/usr/bin/python3
"""Validates configuration files with the programs that will read them, before the files are put in place.

Usage: validate.py < JSON, an object with

    files     the texts of the files, by path
    commands  the commands that validate them, each a list of words

Writes the files into a temporary folder, and runs the commands there one after the other.

Exit codes: 0 the files are valid; 1 a command failed, and standard error has its output.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Ends with the first command that fails."""
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
