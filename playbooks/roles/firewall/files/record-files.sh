#!/bin/sh
# Records the firewall's files, so that drift.py of role base notices changes.
#
# Usage: record-files.sh
# Environment:
#   DRIFT_PROGRAM  the text of drift.py
# Exit codes: 0 recorded; anything else: not, and standard error says why
set -eu

/usr/bin/python3 -I -S -c "$DRIFT_PROGRAM" record firewall
