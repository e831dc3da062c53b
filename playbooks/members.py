#!/usr/bin/env python3
"""Records the members of a Monitoring, and stops the log agents of servers that left. Terraform calls it before any run.

MONITORING_STATE, MONITORING_INVENTORY and MONITORING_MEMBERS are the same as for leave.py, with the inventory of all members.
"""

from __future__ import annotations

import json
import os
import sys

sys.dont_write_bytecode = True  # this folder is hashed and copied

import run
from controller import ansible, inventory, leaving
from controller.errors import RunError


def main() -> int:
    """Reads everything from the environment, and returns the exit status."""
    try:
        ansible.Lifeline()
        everything = inventory.decode(os.environ.get("MONITORING_INVENTORY", ""))
        elsewhere = set(json.loads(os.environ.get("MONITORING_MEMBERS") or "{}"))
        leaving.update(run.state_directory(), everything, elsewhere, lambda line: run.log(f"members  {line}"))
    except RunError as error:
        print(f"members  error: {error}", file=sys.stderr, flush=True)
        return 1
    except ansible.Stopped as stopped:
        print(f"members  stopped by {stopped}", file=sys.stderr, flush=True)
        return run.INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
