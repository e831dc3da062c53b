#!/bin/sh
# Functions for the owner of a server, the only monitoring that may change it; a script includes this file by a line ". FILE".
#
# The file "owner" in /etc/cdktf-monitoring has the lines id=, name= and since=. The id is that of a resource in Terraform's
# state. A server of an earlier version of this project has no such file, and gets one with the next run.
#
# Environment (empty means none):
#   OWNER_ID      id of the monitoring
#   OWNER_NAME    its name
#   OWNER_FORMER  list of ids that the monitoring had before, and of those in the same app that may have given the server away
#   TRANSFER      name of the former owner that the user takes the server over from
# It calls the function "problem".
# shellcheck disable=SC2154 # manifest.sh sets monitoring_folder.

owner_file="$monitoring_folder/owner"

owner_value() { # <key>
  sed -n "s/^$1=//p" "$owner_file" 2>/dev/null | head -n 1
}

# Whether the server belongs to no other monitoring, or may be taken over.
may_own() {
  if [ ! -e "$owner_file" ]; then return 0; fi
  former="$(owner_value id)"
  if [ "$OWNER_ID" ] && [ "$former" = "$OWNER_ID" ]; then return 0; fi
  if [ ! "$OWNER_ID" ]; then return 1; fi
  if [ "$TRANSFER" ] && [ "$(owner_value name)" = "$TRANSFER" ]; then return 0; fi
  printf '%s\n' "$OWNER_FORMER" | grep -qxF -- "$former"
}

report_owner() {
  name="$(owner_value name)" since="$(owner_value since)" ours="this deploy is from another monitoring, \"$OWNER_NAME\""
  if [ ! "$OWNER_NAME" ]; then ours="this run was started without Terraform"; fi
  if [ "$OWNER_NAME" = "$name" ]; then ours="this deploy is from another monitoring of the same name: its Terraform state was lost, or another project uses this name"; fi
  problem "this server belongs to the monitoring \"$name\" (since ${since%T*}), but $ours. Nothing was changed." \
    "Remove the server from one of them, or take it over in one deploy: CDKTF_MONITORING_TRANSFER='$name'"
}

# Makes the monitoring the owner. If two monitorings begin at the same time, one of them fails.
claim_server() {
  if [ ! "$OWNER_ID" ]; then return 0; fi
  if [ "$(owner_value id)" = "$OWNER_ID" ] && [ "$(owner_value name)" = "$OWNER_NAME" ]; then return 0; fi
  (umask 077 && printf 'id=%s\nname=%s\nsince=%s\n' "$OWNER_ID" "$OWNER_NAME" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" > "$owner_file.$$")
  # A hard link fails if the file exists.
  if ! ln "$owner_file.$$" "$owner_file" 2>/dev/null && may_own; then mv "$owner_file.$$" "$owner_file"; fi
  rm -f "$owner_file.$$"
  if [ "$(owner_value id)" != "$OWNER_ID" ]; then report_owner; fi
}
