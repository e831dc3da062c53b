"""The action move_data: brings a component's data to a place that has none, and removes them where they were."""

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

DOCUMENTATION = """
    name: move_data
    short_description: brings a component's data along when it moves
    options:
        step:
            description: >-
                C(bring) before the service starts: looks at all members, and copies what has to come from one of them, with
                the service stopped there; C(settle) after it answers: removes what was copied where it was.
        kind: {description: The component's kind.}
        keep: {description: Whether the data come along.}
        members: {description: The file that says how members are reached.}
        moved: {description: "What C(bring) said, for C(settle)."}
"""


class ActionModule(ActionBase):
    """Runs on the controller: the data go through it as a stream."""

    _VALID_ARGS = frozenset(("step", "kind", "keep", "members", "moved"))
    TRANSFERS_FILES = False

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        mover.die_with_parent()  # this process is the task's own, and Ansible may be killed
        host, args = task_vars["inventory_hostname"], self._task.args
        run = os.environ.get("MONITORING_RUN", "ansible")

        def say(line):
            Display().display(f"{run}  {host}  {line}")

        moving = mover.Mover(args["kind"], host, mover.Members.read(Path(args["members"])), say)
        try:
            if args["step"] == "bring":
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
                    say(f"answers, {time.time() - moved['stopped']:.1f} s after it was stopped on {moved['source']}")
                moving.remove_old_copies(moved["superseded"])
                result["changed"] = True
        except RunError as error:
            raise AnsibleActionFail(str(error)) from error
        result["monitoring_warnings"] = moving.warnings
        return result
