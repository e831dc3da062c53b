#!/bin/sh
# Goes back to the files of the last success, after a run whose service did not come up. The caller starts the service.
#
# Usage: rollback.sh COMPONENT
# Environment:
#   SERVICE_FILES  list of files that scripts of the component create; they stay as they are
# Output, a line of KEY=VALUE:
#   release=NAME  the previous files are in place, and the link leads to this release
#   stopped=yes   there were none: the service was stopped and disabled, so that it does not crash again and again
#   adopted=yes   there is a copy of an installation that the component took over
# Exit codes: 0 done; anything else: not, and standard error says why
set -eu
. ./manifest.sh
. ./adopt.sh
. ./snapshot.sh

if has_snapshot "$1"; then
  restore_snapshot "$1" "$SERVICE_FILES"
  systemctl daemon-reload
  release="$(readlink "$monitoring_programs/$1")"
  echo "release=${release##*/}"
else
  systemctl --quiet disable --now "$1.service"
  systemctl --quiet reset-failed "$1.service" 2>/dev/null || true
  echo stopped=yes
  if is_adopted "$1"; then echo adopted=yes; fi
fi
