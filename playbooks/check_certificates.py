#!/usr/bin/env python3
"""Checks certificates that come from a PKI of the user. The runs call it with the Python of Ansible.

    check_certificates.py < REQUESTS > ANSWERS

    REQUESTS  [{"server": NAME, "kind": KIND, "addresses": [ADDRESS …], "texts": {"authority": PEM, "certificate": PEM, "key": PEM}} …]
    ANSWERS   [{"problems": [[PART, TEXT] …], "warnings": [[PART, TEXT] …]} …], in the same order; a TEXT continues a sentence about
              its PART of "texts"
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone

sys.dont_write_bytecode = True  # Synthesis hashes and copies this folder.

from controller.certificates import Subject
from controller.pki_checks import check


def main() -> None:
    """Writes the answers to standard output."""
    answers = []
    for request in json.load(sys.stdin):
        subject = Subject(request["kind"], request["server"], tuple(request["addresses"]))
        problems, warnings = check(request["texts"], subject, datetime.now(timezone.utc))
        answers.append({"problems": problems, "warnings": warnings})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
