#!/bin/sh
# Notes that a run succeeded on this server, for preflight.sh.
#
# Usage: write-marker.sh MARKER FINGERPRINT [COMPONENT]
#   MARKER       file of the run
#   FINGERPRINT  what the run applied
#   COMPONENT    the component that the run installed: the copy of its previous files is no longer needed
# Exit codes: 0 noted; anything else: not noted
set -eu
. ./manifest.sh
. ./snapshot.sh
umask 077

echo "$2" > "$1.new"
if cmp -s "$1.new" "$1"; then
  # The same run was repeated: preflight.sh took write permission from the marker, and its content and time stay.
  chmod 600 "$1"
  rm "$1.new"
else
  mv "$1.new" "$1"
fi
if [ "${3:-}" ]; then drop_snapshot "$3"; fi
