#!/bin/sh
# Waits until Loki does not listen on a TCP port, for at most three minutes.
#
# Usage: wait-for-port.sh PORT
# Exit codes: 0 Loki does not listen there; 1 it still does, and standard error says so
set -eu

loki="$(id -u loki 2>/dev/null)" || exit 0
end=$(($(date +%s) + 180))
while ss --no-header --listening --tcp --numeric --extended "sport = :$1" 2>/dev/null | grep --quiet "uid:$loki "; do
  if [ "$(date +%s)" -ge "$end" ]; then
    echo "Loki still listens on port $1, which belongs to its gateway now: see the messages of the run loki" >&2
    exit 1
  fi
  sleep 0.2
done
