#!/usr/bin/python
"""Documents the action move_data. The code is in plugins/action/move_data.py, because it runs on the controller."""

from __future__ import annotations

DOCUMENTATION = """
module: move_data
short_description: Copies a component's data from its old host when it moves
description:
    - Searches all members for data of the component, stops the service there, and streams the data through the controller to
      the host of the task.
    - Deletes the old data only in a second step, after the service answers on its new host.
options:
    step:
        description:
            - V(fetch), before the service starts, finds the data and copies it.
            - V(remove_old_copies), once the service answers, deletes the data on the old hosts.
        type: str
        choices: [fetch, remove_old_copies]
        required: true
    kind:
        description: Kind of the component, such as C(grafana).
        type: str
        required: true
    keep:
        description: Whether the data moves along. If not, the component starts with an empty data folder. For V(fetch).
        type: bool
    members:
        description: File of the controller with the SSH access of each member.
        type: path
        required: true
    moved:
        description: The result of V(fetch). For V(remove_old_copies).
        type: dict
attributes:
    check_mode:
        support: none
author: cdktf-monitoring
"""

EXAMPLES = """
- name: Copy the data from the old host
  move_data:
    step: fetch
    kind: grafana
    keep: true
    members: "{{ monitoring_members_file }}"
  register: moved

- name: Start the service
  run_unit:
    name: grafana.service
    url: http://127.0.0.1:3000/api/health

- name: Delete the data on the old host
  move_data:
    step: remove_old_copies
    kind: grafana
    members: "{{ monitoring_members_file }}"
    moved: "{{ moved }}"
"""

RETURN = """
source:
    description: Member that the data was copied from; empty if there is none.
    type: str
    returned: for V(fetch)
superseded:
    description: Members with old data that V(remove_old_copies) deletes.
    type: list
    elements: str
    returned: for V(fetch)
stopped:
    description: When the service was stopped on its old host, in seconds since 1970.
    type: float
    returned: for V(fetch)
monitoring_warnings:
    description: Messages for the summary of the run.
    type: list
    elements: str
    returned: always
"""
