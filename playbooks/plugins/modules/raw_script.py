#!/usr/bin/python
"""Documents the action raw_script. The code is in plugins/action/raw_script.py, because it runs on the controller."""

from __future__ import annotations

DOCUMENTATION = """
module: raw_script
short_description: Runs a script of the controller on a server by one command
description:
    - Like M(ansible.builtin.script), but copies no file to the server. The script's text is part of the command, as with
      M(ansible.builtin.raw), and so are its arguments and environment.
    - Takes a tenth of the time of a module.
    - In the script, the text of C(FILE) replaces each line C(. FILE), by its path relative to the script.
    - The script runs with C(LC_ALL=C) and C(PATH=/usr/sbin:/usr/bin:/sbin:/bin), unless O(env) sets them.
    - Not for secrets, because other users of the server can see the command. Standard input is private.
options:
    script:
        description:
            - File in the folder C(files) of the role. Its first line names the interpreter, a shell or Python.
        type: str
        required: true
    arguments:
        description: Arguments of the script.
        type: list
        elements: raw
        default: []
    env:
        description:
            - Environment variables.
            - A list becomes one line per item; true becomes C(yes); false and null become empty.
        type: dict
        default: {}
    stdin:
        description: Text on standard input.
        type: str
    stdin_file:
        description:
            - File of the controller to send on standard input.
            - The controller holds a copy of the file in memory for each server, so limit the number of servers with C(throttle).
        type: path
    probe:
        description:
            - Facts about the deploy, from C(run.py). If given, the action first opens the connection to the server, once per deploy.
            - A server that cannot be used is then unreachable, with a reason and a remedy. Runs of the same deploy do not try again.
        type: dict
        default: {}
attributes:
    check_mode:
        support: none
        details: Skipped in check mode, unless the task sets C(check_mode=false).
author: cdktf-monitoring
"""

EXAMPLES = """
- name: Run the preflight checks
  raw_script:
    script: preflight.sh
    env:
      RUN: node_exporter
      SERVICE_READS: [/etc/ssl/site.pem, /etc/ssl/site.key]
  register: preflight
  changed_when: false

- name: Install a release archive
  raw_script:
    script: install-release.sh
    arguments: [node_exporter, /opt/cdktf-monitoring/node_exporter-1.12.1, "{{ sha256 }}", node_exporter]
    env: {FORMAT: tar, LEFT_OUT: []}
    stdin_file: /var/cache/node_exporter-1.12.1.linux-amd64.tar.gz
  throttle: 8
"""

RETURN = """
rc:
    description: Exit code of the script; any other than 0 fails the task.
    type: int
    returned: always
stdout:
    description: Standard output.
    type: str
    returned: always
stdout_lines:
    description: Lines of the standard output.
    type: list
    elements: str
    returned: always
stderr:
    description: Standard error, which may contain messages of ssh as well.
    type: str
    returned: always
"""
