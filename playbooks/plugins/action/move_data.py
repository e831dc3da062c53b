"""The action move_data: copies a component's data from its old host when it moves.

Its options are documented in plugins/modules/move_data.py.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from controller import mover
from controller.errors import RunError
from controller.lifetime import die_with_parent


class ActionModule(ActionBase):
    """Runs on the controller, which streams the data from host to host."""

    _VALID_ARGS = frozenset(("step", "kind", "keep", "members", "moved"))
    TRANSFERS_FILES = False

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        die_with_parent()  # Ansible runs each task in a process, which must not outlive a killed Ansible.
        host, args = task_vars["inventory_hostname"], self._task.args
        run = os.environ.get("MONITORING_RUN", "ansible")

        def log(line):
            Display().display(f"{run}  {host}  {line}")

        moving = mover.Mover(args["kind"], host, mover.Members.read(Path(args["members"])), log)
        try:
            if args["step"] == "fetch":
                decision = moving.fetch(args["keep"])
                result |= {
                    "source": decision.source or "",
                    "superseded": list(decision.superseded),
                    "changed": decision.source is not None,
                    "stopped": moving.stopped,
                }
            else:
                moved = args["moved"]
                if moved["source"]:
                    log(f"answers, {time.time() - moved['stopped']:.1f} s after it was stopped on {moved['source']}")
                moving.remove_old_copies(moved["superseded"])
                result["changed"] = True
        except RunError as error:
            raise AnsibleActionFail(str(error)) from error
        result["monitoring_warnings"] = moving.warnings
        return result
