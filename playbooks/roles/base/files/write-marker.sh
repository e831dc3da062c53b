#!/bin/sh
# Notes that a run succeeded on this server, for preflight.sh.
#
# Usage: write-marker.sh MARKER FINGERPRINT [COMPONENT [FOLDER]…]
#   MARKER       file of the run
#   FINGERPRINT  what the run applied
#   COMPONENT    the component that the run installed: its files are recorded, and the copy of its previous files is removed
#   FOLDER       folders that contain only files of the component
# Environment:
#   DRIFT_PROGRAM  the text of drift.py
# Exit codes: 0 noted; anything else: not noted
set -eu
. ./manifest.sh
. ./snapshot.sh
. ../../firewall/files/functions.sh
umask 077
marker="$1" fingerprint="$2"
shift 2

# Before the marker, so that an interrupted run is repeated.
if [ "${1:-}" ]; then /usr/bin/python3 -I -S -c "$DRIFT_PROGRAM" record "$@"; fi
echo "$fingerprint" > "$marker.new"
if cmp -s "$marker.new" "$marker"; then
  # The same run was repeated: preflight.sh took write permission from the marker, and its content and time stay.
  chmod 600 "$marker"
  rm "$marker.new"
else
  mv "$marker.new" "$marker"
fi
if [ "${1:-}" ]; then drop_snapshot "$1"; fi
# A user-provided playbook may have created the user of its service.
refresh_users
