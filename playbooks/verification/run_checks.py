"""Runs checks of components at the same time, because each may wait for its component. Prints `check=KIND RESULT` lines.

Standard input contains, as JSON, `modules` (the source of each Python module in `checks/` by name) and `checks` (the arguments by
kind; the module of this name is the program). observe.sh.j2 sends all of this to a server, so it needs only Python.
"""

from __future__ import annotations

import json
import subprocess
import sys

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


def main() -> None:
    """Starts all checks, and prints their results in the order of the request."""
    request = json.load(sys.stdin)
    modules = json.dumps(request["modules"])
    running = {}
    for kind, arguments in request["checks"].items():
        command = [sys.executable, "-c", LOADER, kind, *map(str, arguments)]
        running[kind] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        running[kind].stdin.write(modules)
        running[kind].stdin.close()
    for kind, process in running.items():
        print(f"check={kind} {process.stdout.read().strip()}", flush=True)
        process.wait()


if __name__ == "__main__":
    main()
