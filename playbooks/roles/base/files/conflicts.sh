#!/bin/sh
# Functions that find what others installed under the names and at the ports of our components; a script includes this file
# by a line ". FILE".
#
# Environment, with that of preflight.sh:
#   COMPONENTS  list of KIND ADOPT FOLDER PORT…: the built-in components on this server. ADOPT is "adopt" or "-"; FOLDER is
#               the configuration folder, or "-"; there may be no PORT
# It calls the function "problem".
# shellcheck disable=SC2086,SC2154 # Names of units contain no spaces; manifest.sh sets the folders.

# Prints the user, unit and folder that have the names of a component but are not from this project, one per line.
foreign_things() { # <component> <configuration folder or ->
  # The names belong to this project as long as its unit is in place. A package of the same name may be there, too.
  if is_adopted "$1" || is_marked "$systemd_units/$1.service" || is_earlier_installation "$1"; then return 0; fi
  if { id "$1" >/dev/null 2>&1 || getent group "$1" >/dev/null; } && ! is_listed "$1" user "$1"; then echo "user $1"; fi
  foreign_unit "$1" | sed 's/^/unit /'
  if [ "$2" != - ] && { [ -e "$2" ] || [ -L "$2" ]; } && ! is_listed "$1" folder "$2"; then echo "folder $2"; fi
}

# Reports installations that are not ours, and ports in use. All runs report them, so that none of them changes the server.
check_components() {
  while read -r kind adopt config ports; do
    if [ ! "$kind" ]; then continue; fi
    for port in $ports; do check_port "$kind" "$port" "$adopt"; done
    if [ "$adopt" = adopt ]; then continue; fi
    things="$(foreign_things "$kind" "$config")"
    if [ "$things" ]; then report_things "$kind" "$things"; fi
  done <<END
$COMPONENTS
END
  for file in cdktf-monitoring-firewall.service cdktf-monitoring-reboot-required.path \
    cdktf-monitoring-reboot-required.service cdktf-monitoring-drift.service cdktf-monitoring-drift.timer nftables.service.d/cdktf-monitoring.conf; do
    file="$systemd_units/$file"
    if [ -e "$file" ] && ! is_marked "$file"; then
      problem "$file exists, is not from cdktf-monitoring, and has the name of one of its files. Nothing was changed. Remove the file"
    fi
  done
}

report_things() { # <component> <things>
  units="$(printf '%s\n' "$2" | sed -n 's/^unit //p')" folder="$(printf '%s\n' "$2" | sed -n 's/^folder //p')"
  packages="$(packages_of $units $folder)" to_remove="$(packages_of $units)"
  things="$(printf '%s\n' "$2" | paste -sd , - | sed 's/,/, /g')${packages:+ (packages: $packages)}"
  problem "$1 is already installed, and not by cdktf-monitoring: $things. Nothing was changed. Remove it" \
    "${packages:+(apt-get purge ${to_remove:-$packages}) }or set adopt: true on the component, which keeps a copy that an" \
    "uninstallation restores"
}

# Prints the numbers of the users whose processes may hold the component's port, as ss prints them.
own_users() { # <component>
  id -u "$1" 2>/dev/null || true
  # Our gateway gives the port back when the transport becomes plain.
  if is_listed gateway user gateway; then id -u gateway 2>/dev/null || true; fi
  if [ "$1" != "$SERVICE" ] || [ ! "$SERVICE_ADOPT" ]; then return 0; fi
  # These units are stopped when the installation is taken over.
  former_units "$1" $SERVICE_FORMER_UNITS | while IFS= read -r former; do
    stat -c %u "/proc/$(systemctl show --property MainPID --value "$former")" 2>/dev/null || true
  done
}

check_port() { # <component> <port> <adopt or ->
  # Only the component's own run knows the units whose ports are free after the installation is taken over.
  if ! command -v ss >/dev/null || { [ "$3" = adopt ] && [ "$1" != "$SERVICE" ]; }; then return 0; fi
  pid="$(systemctl show --property MainPID --value "$1.service" 2>/dev/null || true)"
  # In a container, ss shows users but no processes. Only the component runs as its user, so the user identifies it.
  own="$(own_users "$1" | sort -u | paste -sd ' ' -)"
  # shellcheck disable=SC2016 # The program is awk's.
  holder="$(ss -Hltnpe "sport = :$2" |
    awk -v port=":$2" -v bind="$SERVICE_ADDRESS" -v pid="pid=${pid:-0}," -v own="$own" '
      BEGIN { count = split(own, users) }
      index($0, pid) { next }
      # ss does not print the number of root.
      { for (i = 1; i <= count; i++) if (users[i] == 0 ? ! / uid:/ : index($0, "uid:" users[i] " ")) next }
      { address = substr($4, 1, length($4) - length(port)); sub(/%.*/, "", address) }
      bind == "" || address == bind || address ~ /^(\*|0\.0\.0\.0|\[::\])$/ { print; exit }')"
  if [ ! "$holder" ]; then return 0; fi
  process="$(echo "$holder" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (process \2)/p')"
  user="$(echo "$holder" | sed -n 's/.* uid:\([0-9]*\).*/\1/p')"
  problem "port $2 is in use by ${process:-a process of the user $(id -nu "${user:-0}")}: stop it, or give $1 another port"
}
