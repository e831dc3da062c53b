"""The action raw_script: runs a script of the controller on a server by one command, without copying files first.

Its options are documented in plugins/modules/raw_script.py.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from controller.lifetime import die_with_parent
from controller.probe import Probe

INCLUDE = re.compile(r"^\. (\S+)$", re.MULTILINE)
ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


class ActionModule(ActionBase):
    """Returns what the action raw returns."""

    _VALID_ARGS = frozenset(("script", "arguments", "env", "stdin", "stdin_file", "probe"))
    TRANSFERS_FILES = False
    _supports_check_mode = False

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        options = self._task.args
        if "script" not in options:
            raise AnsibleActionFail("raw_script needs the option script")
        if options.get("probe") and (reason := connect(options["probe"], task_vars)):
            return result | {"unreachable": True, "msg": reason}
        script = Path(self._find_needle("files", options["script"]))
        data = None
        if "stdin_file" in options:
            data = Path(options["stdin_file"]).read_bytes()
        elif "stdin" in options:
            data = options["stdin"].encode()
        # executable=False as in raw: otherwise Ansible appends a command of its own.
        command = command_line(script, options.get("arguments") or [], options.get("env") or {})
        result |= self._low_level_execute_command(command, in_data=data, executable=False)
        result["changed"] = True
        if result["rc"] != 0:
            result |= {"failed": True, "msg": f"{script.name} ended with exit code {result['rc']}"}
        return result


def connect(content: dict[str, Any], variables: dict[str, Any]) -> str | None:
    """Opens the connection to a server once per deploy. Returns why the server cannot be used, None if it can."""
    die_with_parent()  # Ansible runs each task in a process, which must not outlive a killed Ansible.
    name, run = variables["inventory_hostname"], os.environ.get("MONITORING_RUN", "ansible")
    # Plain values, because Ansible's values have tags.
    names = ("ansible_host", "ansible_port", "ansible_user", "ansible_ssh_private_key_file", "monitoring_ssh")
    host = json.loads(json.dumps({each: variables[each] for each in names if each in variables}))
    if key_file := host.get("ansible_ssh_private_key_file"):
        host["ansible_ssh_private_key_file"] = key_file.replace("%%", "%")  # escaped for ssh
    probe = Probe.read(json.loads(json.dumps(content)))
    return probe.connect(name, host, lambda line: Display().display(f"{run}  {name}  {line}"))


def command_line(script: Path, arguments: list[Any], env: dict[str, Any]) -> str:
    """The command that runs the script's text: umask 022; NAME=VALUE … INTERPRETER -c TEXT ARGUMENT …"""
    text = bundle(script)
    interpreter = text.partition("\n")[0].removeprefix("#!")
    if not interpreter.startswith("/"):
        raise AnsibleActionFail(f"{script} names no interpreter: begin its first line with #!/")
    variables = [f"{name}={shlex.quote(as_text(value))}" for name, value in {**ENVIRONMENT, **env}.items()]
    # A shell takes the word after the text as its own name, Python as the first argument.
    words = [text, script.name] if interpreter.endswith("sh") else [text]
    # A hardened server may have a umask with which services could not read what the script creates.
    return " ".join(["umask 022;", *variables, interpreter, "-c", *(shlex.quote(as_text(word)) for word in [*words, *arguments])])


def bundle(script: Path) -> str:
    """The script's text, in which the text of FILE replaces each line `. FILE`."""
    text = script.read_text(encoding="utf-8")
    return INCLUDE.sub(lambda line: bundle(script.parent / line[1]), text)


def as_text(value: Any) -> str:
    """A value in the format for scripts: a list has one item per line, and a false or missing value is empty."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, (list, tuple)):
        return "\n".join(map(as_text, value))
    return "" if value is None else str(value)
