"""Looks, on a log agent's own server, for patterns of its sources that match no file; prints them as JSON.

    log_agent.py URL SERVER MONITORING [FOLDER]

The answer has `unmatched`: the source's job and the pattern of each, from the drop-ins in FOLDER.
"""

from __future__ import annotations

import glob
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

TARGETS = "/etc/log_agent/targets"
LABEL = re.compile(r"""^[-\s]\s*(__path__|job):\s*(["']?)(.*?)\2\s*$""")
CHOICE = re.compile(r"\{([^{}]*)\}")


def patterns(text: str) -> Iterator[tuple[str, str]]:
    """Job and path of each group of a drop-in: its labels are a line each. Not by a parser of YAML, which not every server has."""
    for group in re.split(r"^- ", text, flags=re.MULTILINE):
        labels = {found[1]: found[3] for line in group.splitlines() if (found := LABEL.match(f" {line}"))}
        if path := labels.get("__path__"):
            yield labels.get("job", ""), path


def alternatives(pattern: str) -> list[str]:
    """The patterns that one with {this,that} stands for."""
    found = CHOICE.search(pattern)
    if not found:
        return [pattern]
    return [whole for part in found[1].split(",") for whole in alternatives(pattern[: found.start()] + part + pattern[found.end() :])]


def matches(pattern: str) -> bool:
    """Whether there is a file by it."""
    return any(Path(file).is_file() for each in alternatives(pattern) for file in glob.iglob(each, recursive=True))


def main(folder: str = TARGETS) -> None:
    """Prints them."""
    wanted = sorted({found for file in Path(folder).glob("*.yml") for found in patterns(file.read_text(encoding="utf-8"))})
    print(json.dumps({"unmatched": [{"job": job, "path": path} for job, path in wanted if not matches(path)]}))


if __name__ == "__main__":
    main(*sys.argv[4:5])
