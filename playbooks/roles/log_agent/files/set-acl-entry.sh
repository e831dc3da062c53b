#!/bin/sh
# Sets or removes the access control list entry of one user on files in the current folder; links are left alone. Other
# users never get more rights: if the mask restricts their entries, it stays unchanged.
#
# Usage: set-acl-entry.sh PERMISSIONS FILE…
#   PERMISSIONS  the user's permissions, such as r-x; empty to remove the entry
# Environment:
#   AGENT_USER  the user
#   CHECK       not empty: change nothing, and report what would change
#   AS_USER     if not empty, a command that runs another as the user: files that the user can read are left alone
# Output: changed=PATH for each file that changed
# Exit codes: 0 done; anything else: standard error says why
set -eu

permissions="$1"
shift

acl_entries() {
  getfacl --access --absolute-names --omit-header --physical -- "$@" 2>/dev/null || true
}

set_entry() {
  before="$(acl_entries "$1")"
  if [ ! "$before" ]; then return 0; fi # A link.
  mine="$(printf '%s\n' "$before" | grep "^user:$AGENT_USER:" || true)"
  others="$(printf '%s\n' "$before" | grep -v "^user:$AGENT_USER:" || true)"
  case "$others" in
    *"#effective:"*) mask=--no-mask ;;
    *) mask=--mask ;;
  esac
  if [ "$permissions" ]; then
    case "$mine" in
      "user:$AGENT_USER:$permissions" | "user:$AGENT_USER:r-x") return 0 ;;
    esac
    change="--modify=user:$AGENT_USER:$permissions"
  else
    if [ ! "$mine" ]; then return 0; fi
    change="--remove=user:$AGENT_USER"
  fi
  if [ ! "$CHECK" ]; then
    setfacl --physical "$mask" "$change" -- "$1"
    # Without other entries for users or groups, the mask has no purpose.
    if [ ! "$permissions" ] && [ "$mask" = --mask ] && ! printf '%s\n' "$others" | grep -qE '^(user|group):[^:]'; then
      setfacl --physical --no-mask --remove=mask -- "$1"
    fi
    if [ "$before" = "$(acl_entries "$1")" ]; then return 0; fi
  fi
  echo "changed=$PWD/$1"
}

# Reads the entries of all files with one command, because most files have no entry to remove.
if [ ! "$permissions" ] && ! acl_entries "$@" | grep -q "^user:$AGENT_USER:"; then exit 0; fi
for file; do
  # shellcheck disable=SC2086 # AS_USER is a command with its arguments.
  if [ "${AS_USER:-}" ] && $AS_USER test -r "$file"; then continue; fi
  set_entry "$file"
done
