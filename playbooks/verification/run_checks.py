"""Runs checks of components at the same time, because each may wait for its component. Prints `check=KIND RESULT` lines.

Standard input contains, as JSON, `modules` (the source of each Python module in `checks/` by name) and `checks` (the arguments by
kind; the module of this name is the program). observe.sh.j2 sends all of this to a server, so it needs only Python.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

# Seconds for each check. After 180 s, verify.yml gives up the server, and with it the results of all other checks.
LIMIT = 150.0

# Python loads the modules from memory, because a verification writes no files on a server.
LOADER = """
import importlib.abc, importlib.util, json, sys

MODULES = json.load(sys.stdin)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_loader(name, self) if name in MODULES else None

    def get_source(self, name):
        return MODULES[name]


sys.meta_path.insert(0, Finder())
exec(compile(MODULES[sys.argv.pop(1)], "check", "exec"))
"""


def result(kind: str, arguments: Sequence[object], modules: str) -> str:
    """The JSON that a check prints."""
    command = [sys.executable, "-c", LOADER, kind, *map(str, arguments)]
    try:
        return subprocess.run(command, input=modules, stdout=subprocess.PIPE, text=True, timeout=LIMIT, check=False).stdout.strip()
    except subprocess.TimeoutExpired:
        return json.dumps({"error": f"the check did not end within {LIMIT:.0f} s"})


def main() -> None:
    """Runs all checks, and prints their results in the order of the request."""
    request = json.load(sys.stdin)
    modules = json.dumps(request["modules"])
    checks: dict[str, list[object]] = request["checks"]
    with ThreadPoolExecutor(len(checks)) as pool:
        results = pool.map(lambda kind: result(kind, checks[kind], modules), checks)
        for kind, printed in zip(checks, results):
            print(f"check={kind} {printed}", flush=True)


if __name__ == "__main__":
    main()
