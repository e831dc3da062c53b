#!/usr/bin/python
"""Documents the action certificate. The code is in plugins/action/certificate.py, because it runs on the controller."""

from __future__ import annotations

DOCUMENTATION = """
module: certificate
short_description: Gives a component a key and a certificate, of the monitoring's private authority or of a PKI of the user
description:
    - Keeps the present certificate if the authority that signs has issued it, if it confirms what it should, and if it is valid for
      another 60 days.
    - Otherwise reads the key of the authority, in memory, from the server that keeps it, and signs a certificate for a new key.
    - While the authority cannot be reached, any authority that the component trusts may have issued the present certificate, and the
      result has a warning, unless O(compare) is set.
    - Writes C(key.pem), C(certificate.pem), C(authority.pem) and the files of O(files) into the folder of the component, in which
      only root and O(group) can read.
options:
    kind:
        description: Kind of the component.
        type: str
        required: true
    group:
        description: Group that may read the files. By default, it has the name of the kind.
        type: str
    folder:
        description: Folder of the component's certificate on the server.
        type: path
        required: true
    server:
        description: Name of the server.
        type: str
        required: true
    addresses:
        description: Addresses at which others reach the server.
        type: list
        elements: str
        required: true
    authority:
        description: Server that keeps the authority. Not used with O(own).
        type: str
        default: ""
    own:
        description: References to the authorities, the certificate and the key on the controller, as in C(monitoring_secrets). With
            it, nothing is signed.
        type: dict
        default: {}
    compare:
        description: Whether to fail if the authority cannot be reached, although the present certificate is valid.
        type: bool
        default: false
    present:
        description: The present certificate and those of the authorities that the component trusts, in base64. Empty if there are none.
        type: dict
        required: true
    files:
        description: Content of further files, by name.
        type: dict
        default: {}
    members:
        description: File of the controller with the SSH access of each member.
        type: path
        required: true
    manifest:
        description: File on the server that lists what was created, as in M(file_tree).
        type: path
        required: true
attributes:
    check_mode:
        support: full
author: cdktf-monitoring
"""

EXAMPLES = """
- name: Issue the certificate
  certificate:
    kind: node_exporter
    folder: /etc/cdktf-monitoring/tls/node_exporter
    server: app
    addresses: [192.0.2.11]
    authority: hub
    present: {certificate: "", authority: ""}
    members: "{{ monitoring_members_file }}"
    manifest: /etc/cdktf-monitoring/manifest/node_exporter
"""

RETURN = """
reason:
    description: Why a new certificate was issued; empty if the present one stays.
    type: str
    returned: always
"""
