"""Prints the paths of log sources that match no file on this server, as JSON.

    log_agent.py URL SERVER MONITORING [FOLDER]

The result has `unmatched`: job and path of each, from the drop-ins in FOLDER.
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


def paths(text: str) -> Iterator[tuple[str, str]]:
    """Job and path of each group in a drop-in. Reads one label per line, because not every server has a YAML parser."""
    for group in re.split(r"^- ", text, flags=re.MULTILINE):
        labels = {found[1]: found[3] for line in group.splitlines() if (found := LABEL.match(f" {line}"))}
        if path := labels.get("__path__"):
            yield labels.get("job", ""), path


def alternatives(path: str) -> list[str]:
    """Expands {this,that} in a path."""
    found = CHOICE.search(path)
    if not found:
        return [path]
    return [whole for part in found[1].split(",") for whole in alternatives(path[: found.start()] + part + path[found.end() :])]


def matches(path: str) -> bool:
    """Whether a path matches a file."""
    return any(Path(file).is_file() for each in alternatives(path) for file in glob.iglob(each, recursive=True))


def main(folder: str = TARGETS) -> None:
    """Prints the result."""
    wanted = sorted({found for file in Path(folder).glob("*.yml") for found in paths(file.read_text(encoding="utf-8"))})
    print(json.dumps({"unmatched": [{"job": job, "path": path} for job, path in wanted if not matches(path)]}))


if __name__ == "__main__":
    main(*sys.argv[4:5])
