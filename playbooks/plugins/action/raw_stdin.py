"""The action raw_stdin: ansible.builtin.raw for a command that reads from its standard input."""

from __future__ import annotations

from pathlib import Path

from ansible.plugins.action import ActionBase

DOCUMENTATION = """
    name: raw_stdin
    short_description: runs a command on the server, with something on its standard input
    description:
        - As C(raw), it costs a tenth of what a module costs, and needs no file on the server.
        - In a check it is skipped.
    options:
        command: {description: "The command, for the server's shell."}
        src: {description: "The file of the controller that it reads. It is held in memory: see to it by C(throttle)."}
        content: {description: "The text that it reads, where there is no C(src)."}
"""


class ActionModule(ActionBase):
    """What comes of it is what comes of C(raw)."""

    _VALID_ARGS = frozenset(("command", "src", "content"))
    TRANSFERS_FILES = False
    _supports_check_mode = False

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        args = self._task.args
        data = Path(args["src"]).read_bytes() if "src" in args else args["content"].encode()
        # By the login shell itself, as raw does: else something is appended to the command.
        result |= self._low_level_execute_command(args["command"], in_data=data, executable=False)
        result["changed"] = True
        if result["rc"] != 0:
            result |= {"failed": True, "msg": "non-zero return code"}
        return result
