#!/bin/sh
# Ends the trial that load-rules.sh began, and keeps the rules. It runs over a new connection, so it can only run
# if the rules allow that connection.
#
# Usage: confirm-rules.sh
# Exit codes: 0 the rules are kept; 1 they are not, and standard error says why
set -eu
. ./functions.sh

lock_firewall
if wanted_rules_are_loaded; then exit 0; fi
if ! systemctl is-active --quiet "$firewall_rollback.timer"; then
  echo "the rules were not confirmed in time" >&2
  exit 1
fi
systemctl stop "$firewall_rollback.timer"
keep_rules
