#!/bin/sh
# Lets the gateway leave the port that a component takes back from it. If its run has already written the configuration without the
# port, the gateway restarts with it. Otherwise it stops, and its run starts it again, or the run cleanup uninstalls it.
#
# Usage: take-port.sh PORT
# Exit codes: 0 the gateway does not listen on the port; anything else: standard error says why
set -eu

number="$(id -u gateway 2>/dev/null)" || exit 0
if ss --no-header --listening --tcp --numeric --extended "sport = :$1" | grep --quiet "uid:$number "; then
  if grep --quiet "://:$1 {" /etc/gateway/Caddyfile; then verb=stop; else verb=restart; fi
  systemctl "$verb" gateway.service
fi
