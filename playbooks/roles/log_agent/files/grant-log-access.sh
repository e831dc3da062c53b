#!/bin/sh
# Grants the log agent access to the log files that its sources name, by access control lists, and revokes access that no
# source needs any more. Then reports the state of the server.
#
# Usage: grant-log-access.sh [FOLDER LISTED PASSED FILES EXCEPT]…
#   FOLDER  absolute path of a folder; the others are extended regular expressions for paths below it
#   LISTED  folders that the agent must list
#   PASSED  folders that it must only pass
#   FILES   files that it must read
#   EXCEPT  files that it need not read although FILES matches
# Environment:
#   AGENT_USER     the agent's user
#   CONFIG         the agent's configuration folder; in it are
#                    folders  the list of what this script granted, or was about to grant when it was interrupted
#                    targets  the drop-ins
#   CHECK          not empty: change nothing, and report what would change
#   SET_ACL_ENTRY  the text of set-acl-entry.sh
# Output, lines of KEY=VALUE:
#   changed=PATH    an access control list that changed
#   absent=FOLDER   a folder that does not exist
#   unsafe=FOLDER   a folder that is skipped, because its path contains a symbolic link of another user
#   journal=yes     the server keeps a journal on disk or in memory
#   ours=FILE       a file in CONFIG that this project wrote
# Exit codes: 0 done; anything else: standard error says why
set -eu
export AGENT_USER CHECK

targets="$CONFIG/targets"
list="$CONFIG/folders"
tab="$(printf '\t')"

# Changes to a folder. Symbolic links in its path must belong to root or to the folder's owner.
enter() {
  cd -P -- "$1" 2>/dev/null || {
    echo "absent=$1"
    return 1
  }
  owner="$(stat -c %u .)" part="$1" links=
  while [ "$part" ]; do
    if [ -L "$part" ]; then
      case "$(stat -c %u -- "$part")" in
        0 | "$owner") links=yes ;;
        *)
          echo "unsafe=$1"
          return 1
          ;;
      esac
    fi
    part="${part%/*}"
  done
  [ "$links" ] || [ "$(pwd -P)" = "$1" ]
}

# Prints the lines of the list for a path: "tree" with its folder and its expressions, then "folder" with each folder above
# it that other users may not enter.
needs() (
  enter "$1" >/dev/null || exit 0
  real="$(pwd -P)" given="$1"
  shift
  printf 'tree\t%s\t%s\n' "$real" "$*"
  for part in "$given" "$real"; do
    while part="${part%/*}" && [ "$part" ]; do
      case "$(stat -L -c %A -- "$part")" in
        *[xt]) ;;
        *) printf 'folder\t%s\n' "$(readlink -f -- "$part")" ;;
      esac
    done
  done
)

grant_tree() (
  enter "$1" || exit 0
  listed="\./($2)" passed="\./($3)" files="\./($4)" except="\./($5)"
  find . -regextype posix-extended -type d \( \
    \( -path . -o -regex "$listed" \) -execdir sh -c "$SET_ACL_ENTRY" set-acl-entry.sh r-x {} + \
    -o -regex "$passed" -execdir sh -c "$SET_ACL_ENTRY" set-acl-entry.sh --x {} + \
    -o -prune \)
  set -- find . -regextype posix-extended -type d ! -path . ! -regex "$listed" ! -regex "$passed" -prune \
    -o -type f -regex "$files" ! -regex "$except"
  # Grants access only if the agent cannot read one of the files. Then each file that it cannot read gets an entry.
  as_user="setpriv --reuid $AGENT_USER --regid $(id -g "$AGENT_USER") --groups adm"
  # shellcheck disable=SC2016,SC2086 # The inner shell expands; as_user is a command with its arguments.
  if ! "$@" -print0 | $as_user xargs --null --no-run-if-empty sh -c 'for file; do [ -r "$file" ] || exit 1; done' sh 2>/dev/null; then
    AS_USER="$as_user" "$@" -execdir sh -c "$SET_ACL_ENTRY" set-acl-entry.sh r-- {} +
  fi
)

# Runs a command in a folder of the list, unless the path now leads elsewhere.
in_listed_folder() { # <folder> <command>…
  if [ "$(cd -P -- "$1" 2>/dev/null && pwd -P)" != "$1" ]; then return 0; fi
  (cd -P -- "$1" && shift && "$@")
}

# Revokes the access that a line of the list granted.
revoke() { # <kind> <folder>
  case "$1" in
    tree) in_listed_folder "$2" find . -execdir sh -c "$SET_ACL_ENTRY" set-acl-entry.sh "" {} + ;;
    folder) in_listed_folder "$2" sh -c "$SET_ACL_ENTRY" set-acl-entry.sh "" . ;;
  esac
}

write_list() { # <lines>
  if [ "$CHECK" ]; then return 0; fi
  if [ -e "$list" ] && [ "$(cat "$list")" = "$1" ]; then
    chmod 600 "$list"
    return 0
  fi
  if [ "$1" ]; then
    (umask 077 && printf '%s\n' "$1" > "$list.new")
    mv "$list.new" "$list"
  else
    rm -f "$list"
  fi
}

# Sorts lines, without empty ones.
sorted() {
  sed '/^$/d' | sort -u
}

if [ ! "$CHECK" ]; then (umask 027 && mkdir -p "$CONFIG"); fi
wanted="$(while [ $# -gt 0 ]; do
  needs "$1" "$2" "$3" "$4" "$5"
  shift 5
done | sorted)"
listed="$(cat "$list" 2>/dev/null || true)"
# Written before access is granted, so that the next run can revoke it even if this run is interrupted.
write_list "$(printf '%s\n' "$listed" "$wanted" | sorted)"
printf '%s\n' "$listed" | while IFS="$tab" read -r kind folder rest; do
  if printf '%s\n' "$wanted" | grep -qxF -- "$kind$tab$folder${rest:+$tab$rest}"; then continue; fi
  revoke "$kind" "$folder"
done
printf '%s\n' "$wanted" | while IFS="$tab" read -r kind folder rest; do
  if [ "$kind" = folder ]; then in_listed_folder "$folder" sh -c "$SET_ACL_ENTRY" set-acl-entry.sh --x .; fi
done
while [ $# -gt 0 ]; do
  grant_tree "$1" "$2" "$3" "$4" "$5"
  shift 5
done
write_list "$wanted"

for journal in /run/log/journal/* /var/log/journal/*; do
  if [ -d "$journal" ]; then echo "journal=yes"; fi
done
for file in "$targets"/*.yml; do
  if [ -f "$file" ] && grep -q '^# Written by cdktf-monitoring:' "$file"; then echo "ours=$file"; fi
done
for file in "$CONFIG"/*; do
  if [ -f "$file" ]; then echo "ours=$file"; fi
done
exit 0
