#!/usr/bin/python
"""Sees to it that a unit of systemd runs, now and at boot, and that its service answers."""

from __future__ import annotations

import ssl
import time
import urllib.error
import urllib.request

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: run_unit
short_description: Runs a unit of systemd, now and at boot, and waits for its answer
description:
    - What C(systemd_service) and then C(uri) do, at a third of the price.
    - Makes systemd read its units again where the file of this one is another than that which it knows.
options:
    name:
        description: The unit.
        type: str
        required: true
    state:
        description: C(started) does nothing where it runs already; C(reloaded) starts it where it does not run.
        type: str
        choices: [started, restarted, reloaded]
        default: started
    daemon_reload:
        description: Whether systemd reads its units again in any case.
        type: bool
        default: false
    url:
        description: What the service answers with 200, without proxies and whatever its certificate; empty for nothing.
        type: str
        default: ""
    wait:
        description: How long that is waited for, in seconds.
        type: int
        default: 10
author: cdktf-monitoring
"""

RETURN = """
answers:
    description: Whether the service answered in that time; true where nothing was asked.
    type: bool
    returned: success
"""

POLL = 0.1  # seconds between two questions
RUNS = ("active", "activating", "reloading")


class Unit:
    """A unit, as systemd knows it."""

    def __init__(self, module: AnsibleModule) -> None:
        self._module = module
        self.name: str = module.params["name"]
        wanted = "LoadState,ActiveState,UnitFileState,NeedDaemonReload"
        said = self._ask("show", "--property", wanted, self.name).splitlines()
        known = dict(line.split("=", 1) for line in said)
        self.exists = known["LoadState"] != "not-found"
        self.runs = known["ActiveState"] in RUNS
        self.enabled = known["UnitFileState"] == "enabled"
        self.outdated = known["NeedDaemonReload"] == "yes"

    def _ask(self, *words: str) -> str:
        code, said, why = self._module.run_command(["systemctl", *words])
        if code != 0:
            self._module.fail_json(msg=f"systemctl {' '.join(words)}: {why.strip() or said.strip()}", rc=code)
        return str(said)

    def order(self, *words: str) -> bool:
        """Has systemd do something, but in a check."""
        if not self._module.check_mode:
            self._ask(*words)
        return True


def answers(url: str, wait: int) -> bool:
    """Whether something answers in time."""
    unchecked = urllib.request.HTTPSHandler(context=ssl._create_unverified_context())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), unchecked)
    end = time.monotonic() + wait
    while True:
        try:
            with opener.open(url, timeout=5) as answer:
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            pass
        if time.monotonic() > end:
            return False
        time.sleep(POLL)


def main() -> None:
    """Called by Ansible on the server."""
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["started", "restarted", "reloaded"], "default": "started"},
            "daemon_reload": {"type": "bool", "default": False},
            "url": {"type": "str", "default": ""},
            "wait": {"type": "int", "default": 10},
        },
        supports_check_mode=True,
    )
    unit, wanted = Unit(module), module.params["state"]
    changed = False
    # Both make systemd read its units, which takes it a good part of a second: once is enough.
    if not unit.enabled:
        changed = unit.order("enable", "--no-reload", "--quiet", unit.name)
    if unit.outdated or module.params["daemon_reload"]:
        unit.order("daemon-reload")
    if not unit.runs:
        changed = unit.order("start", unit.name)
    elif wanted != "started":
        changed = unit.order({"restarted": "restart", "reloaded": "reload-or-restart"}[wanted], unit.name)
    url = module.params["url"]
    module.exit_json(changed=changed, answers=not url or module.check_mode or answers(url, module.params["wait"]))


if __name__ == "__main__":
    main()
