#!/bin/sh
# Stops the gateway if it still listens on the port that a component takes back from it. The run of the gateway starts it again,
# with a configuration without this port, or the run cleanup uninstalls it.
#
# Usage: take-port.sh PORT
# Exit codes: 0 the gateway does not listen on the port; anything else: standard error says why
set -eu

number="$(id -u gateway 2>/dev/null)" || exit 0
if ss --no-header --listening --tcp --numeric --extended "sport = :$1" | grep --quiet "uid:$number "; then
  systemctl stop gateway.service
fi
