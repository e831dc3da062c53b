#!/usr/bin/python
"""Runs a systemd unit, now and at boot, and waits until its service answers."""

from __future__ import annotations

import http.client
import ssl
import time
import urllib.request

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: run_unit
short_description: Runs a systemd unit, now and at boot, and waits until its service answers
description:
    - Does what M(ansible.builtin.systemd_service) and then M(ansible.builtin.uri) do, in a third of the time.
    - Reloads systemd if the unit's file changed since systemd read it.
options:
    name:
        description: Name of the unit.
        type: str
        required: true
    state:
        description: V(started) leaves a running unit alone; V(restarted) and V(reloaded) start a unit that is not running.
        type: str
        choices: [started, restarted, reloaded]
        default: started
    daemon_reload:
        description: Whether to reload systemd in any case.
        type: bool
        default: false
    url:
        description: URL that answers 200 once the service is ready; if it is empty, the module does not wait. Ignores proxies, and accepts any certificate.
        type: str
        default: ""
    wait:
        description: Seconds to wait for the answer. If none comes, the module does not fail.
        type: int
        default: 10
attributes:
    check_mode:
        support: full
author: cdktf-monitoring
"""

EXAMPLES = """
- name: Restart a service whose configuration changed
  run_unit:
    name: example.service
    state: "{{ 'restarted' if files is changed else 'started' }}"
    url: http://127.0.0.1:8080/health
  register: run

- name: Wait longer for a service that starts slowly
  ansible.builtin.uri:
    url: http://127.0.0.1:8080/health
  register: answer
  until: answer is succeeded
  retries: 100
  when: not run.answers
"""

RETURN = """
answers:
    description: Whether the service answered in time; also true without O(url) and in check mode.
    type: bool
    returned: success
"""

POLL = 0.1  # Seconds between two attempts.
RUNS = ("active", "activating", "reloading")


class Unit:
    """The state of a unit in systemd."""

    def __init__(self, module: AnsibleModule) -> None:
        self._module = module
        self.name: str = module.params["name"]
        wanted = "LoadState,ActiveState,UnitFileState,NeedDaemonReload"
        lines = self._systemctl("show", "--property", wanted, self.name).splitlines()
        known = dict(line.split("=", 1) for line in lines)
        self.exists = known["LoadState"] != "not-found"
        self.runs = known["ActiveState"] in RUNS
        self.enabled = known["UnitFileState"] == "enabled"
        self.outdated = known["NeedDaemonReload"] == "yes"

    def _systemctl(self, *words: str) -> str:
        code, stdout, stderr = self._module.run_command(["systemctl", *words])
        if code != 0:
            self._module.fail_json(msg=f"systemctl {' '.join(words)}: {stderr.strip() or stdout.strip()}", rc=code)
        return str(stdout)

    def change(self, *words: str) -> bool:
        """Runs a systemctl command, except in check mode."""
        if not self._module.check_mode:
            self._systemctl(*words)
        return True


def answers(url: str, wait: int) -> bool:
    """Whether the URL answers 200 in time."""
    unchecked = urllib.request.HTTPSHandler(context=ssl._create_unverified_context())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), unchecked)
    end = time.monotonic() + wait
    while True:
        try:
            with opener.open(url, timeout=5) as response:
                # Exporters log an error if the client does not read the whole response.
                response.read()
                if response.status == 200:
                    return True
        except (OSError, http.client.HTTPException):
            pass
        if time.monotonic() > end:
            return False
        time.sleep(POLL)


def main() -> None:
    """Runs on the server."""
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
    # Both commands would reload systemd, which takes up to a second: once is enough.
    if not unit.enabled:
        changed = unit.change("enable", "--no-reload", "--quiet", unit.name)
    if unit.outdated or module.params["daemon_reload"]:
        unit.change("daemon-reload")
    if not unit.runs:
        changed = unit.change("start", unit.name)
    elif wanted != "started":
        changed = unit.change({"restarted": "restart", "reloaded": "reload-or-restart"}[wanted], unit.name)
    url = module.params["url"]
    module.exit_json(changed=changed, answers=not url or module.check_mode or answers(url, module.params["wait"]))


if __name__ == "__main__":
    main()
