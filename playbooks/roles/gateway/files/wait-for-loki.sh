#!/bin/sh
# Waits while a Loki of an earlier version still listens on the port of its gateway. The run loki, which executes at the same
# time, moves it to the loopback address. The gateway takes the port only when Loki is ready there, because Loki goes back to its
# old port if it does not start with the new configuration.
#
# Usage: wait-for-loki.sh PORT API_PORT
#   PORT      port of the gateway
#   API_PORT  port of Loki on the loopback address
# Exit codes: 0 the port is free of Loki; 1 Loki did not move within four minutes, and standard error says so
set -eu

loki="$(id -u loki 2>/dev/null)" || exit 0

holds_port() {
  ss --no-header --listening --tcp --numeric --extended "sport = :$1" 2>/dev/null | grep --quiet "uid:$loki "
}

is_ready() {
  # The servers need no curl.
  /usr/bin/python3 -c 'import sys, urllib.request as r; r.build_opener(r.ProxyHandler({})).open(sys.argv[1], timeout=5)' \
    "http://127.0.0.1:$1/ready" 2>/dev/null
}

if ! holds_port "$1"; then exit 0; fi
end=$(($(date +%s) + 240))
while holds_port "$1" || ! is_ready "$2"; do
  if [ "$(date +%s)" -ge "$end" ]; then
    echo "Loki has not moved from port $1 to port $2 within four minutes: see the messages of the run loki" >&2
    exit 1
  fi
  sleep 0.2
done
