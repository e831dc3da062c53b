#!/bin/sh
# Waits while a component, or the installation that it takes over, still listens on the port of the gateway. The run of the
# component, which executes at the same time, moves it to the loopback address. The gateway takes the port only when the component
# is ready there, because the component goes back to its old port if it does not start with the new configuration.
#
# Usage: wait-for-component.sh KIND PORT API_PORT HEALTH
#   KIND      the component
#   PORT      port of the gateway
#   API_PORT  port of the component on the loopback address
#   HEALTH    path that answers 200 once the component is ready
# Exit codes: 0 the port is free of the component; 1 it did not move within four minutes, and standard error says so
set -eu

own="$(id -u gateway)"

holds_port() {
  ss --no-header --listening --tcp --numeric --extended "sport = :$1" 2>/dev/null | grep --quiet --invert-match "uid:$own "
}

is_ready() {
  # The servers need no curl.
  /usr/bin/python3 -c 'import sys, urllib.request as r; r.build_opener(r.ProxyHandler({})).open(sys.argv[1], timeout=5)' \
    "http://127.0.0.1:$1" 2>/dev/null
}

is_stopped() {
  state="$(systemctl show --property ActiveState --value "$1.service" 2>/dev/null || true)"
  [ "${state:-inactive}" = inactive ]
}

# While the component restarts, nobody listens on the port, but it may still go back to it.
if ! holds_port "$2" && { is_stopped "$1" || is_ready "$3$4"; }; then exit 0; fi
end=$(($(date +%s) + 240))
while holds_port "$2" || ! is_ready "$3$4"; do
  if [ "$(date +%s)" -ge "$end" ]; then
    echo "$1 has not moved from port $2 to port $3 within four minutes: see the messages of the run $1" >&2
    exit 1
  fi
  sleep 0.2
done
