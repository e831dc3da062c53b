#!/bin/sh
# Uninstalls components: removes what their manifests list, and nothing else. It may be repeated after an interruption.
#
# Usage: uninstall.sh COMPONENT…
#   COMPONENT  components in the order of uninstallation. The firewall is uninstalled last, so that no port is open to
#              unauthorized sources while a service still listens
# Environment (empty means no):
#   KEEP_DATA  keep the data, which then belongs to root
#   LEAVE      the server leaves its monitoring: remove the records of this project, too
#   KINDS      list of all components, whose data an earlier version may have kept without a manifest
# Output, lines of KEY=VALUE:
#   kept=TEXT    what stays on the server, and why
#   data=FOLDER  data that stays
# Exit codes: 0 uninstalled; anything else: not, and standard error says why
# shellcheck disable=SC2329 # for_each calls functions by their names.
set -eu
. ./manifest.sh
. ./adopt.sh
. ../../firewall/files/functions.sh

newline='
'

# Completes the manifest of a component that an earlier version of this project installed.
complete_manifest() { # <component>
  if [ -e "$monitoring_folder/manifest/$1" ] || [ ! -e "$monitoring_folder/components/$1" ]; then return 0; fi
  if [ "$1" = firewall ]; then
    record_firewall
    for file in "$monitoring_folder/firewall/wanted.nft" "$systemd_units/nftables.service.d/cdktf-monitoring.conf"; do
      record firewall file "$file"
    done
    record firewall unit "$systemd_units/cdktf-monitoring-firewall.service"
    return
  fi
  config="/etc/$1"
  if [ ! -d "$config" ]; then config=; fi
  record_component "$1" "$config" "$monitoring_programs/$1" "$data_folder/$1"
  for file in "$systemd_units"/cdktf-monitoring-reboot-required.*; do
    if [ "$1" = node_exporter ] && is_marked "$file"; then record "$1" unit "$file"; fi
  done
  if [ "$config" ]; then record_configuration "$1" "$config"; fi
}

# Records the configuration of an earlier version, except files of packages and drop-ins of users.
record_configuration() { # <component> <folder>
  packaged="$(dpkg-query --search "$2" "$2/*" 2>/dev/null | sed 's/^[^:]*: //')"
  find "$2" -depth | while IFS= read -r path; do
    if printf '%s\n' "$packaged" | grep -qxF -- "$path"; then continue; fi
    case "$path" in
      /etc/log_agent/targets/*) is_marked "$path" || continue ;;
    esac
    if [ -d "$path" ] && [ ! -L "$path" ]; then record "$1" folder "$path"; else record "$1" file "$path"; fi
  done
}

# Prints the units of components. A unit without our mark came later, from a package.
units_of() { # <component>…
  for component; do list_paths "$component" unit; done | while IFS= read -r file; do
    if is_marked "$file"; then echo "${file##*/}"; fi
  done
}

# Stops units at the same time, and forgets that they failed.
stop_units() { # <unit>…
  if [ $# = 0 ]; then return 0; fi
  # Units that do not exist are no error: an interrupted installation may have none.
  systemctl stop "$@" 2>/dev/null || true
  for unit; do
    if systemctl is-active --quiet "$unit"; then
      echo "$unit could not be stopped" >&2
      exit 1
    fi
  done
  systemctl --no-reload --quiet disable "$@" 2>/dev/null || true
  for unit; do rm -f "$systemd_units"/*.wants/"$unit"; done
  systemctl --quiet reset-failed "$@" 2>/dev/null || true
}

# Prints the names of the files in a folder.
names_in() { # <folder>
  find "$1" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort
}

remove_folder() { # <component> <folder>
  if [ ! -d "$2" ] || [ -L "$2" ]; then return 0; fi
  case "$2" in
    "$monitoring_programs"/*) rm -rf "$2" ;;
    *) rmdir "$2" 2>/dev/null || is_adopted "$1" || echo "kept=$2: it contains files that are not from cdktf-monitoring: $(names_in "$2" | head -n 5 | paste -sd ' ' -)" ;;
  esac
}

remove_data() { # <component> <folder>
  rm -rf "$2.incoming"
  if [ ! -e "$2" ]; then return 0; fi
  if [ "$KEEP_DATA" ]; then
    # The next user that is created may get the number of the removed user and could then read the data. If the component
    # is installed again, systemd changes the owner of the data back to the component's user.
    chown -Rh root:root "$2"
    echo "data=$2"
    return
  fi
  # A folder that is a mount point stays: this project did not create it.
  if mountpoint -q "$2"; then find "$2" -mindepth 1 -delete; else rm -rf "$2" "$2".before-move.*; fi
}

remove_user() { # <component> <user>
  if ! id "$2" >/dev/null 2>&1; then return 0; fi
  if [ "$(foreign_unit "$1")" ]; then
    echo "kept=the user $2: $(foreign_unit "$1") may use it"
    return
  fi
  attempts=5
  # Another program may hold the lock on /etc/passwd.
  until reason="$(userdel "$2" 2>&1)"; do
    attempts=$((attempts - 1))
    if [ "$attempts" = 0 ]; then
      echo "kept=the user $2: $reason"
      return
    fi
    sleep 1
  done
}

# Calls a command with the component and each path of a kind.
for_each() { # <component> <kind> <command>
  list_paths "$1" "$2" | while IFS= read -r path; do "$3" "$1" "$path"; done
}

remove_file() { # <component> <file>
  rm -f -- "$2"
}

remove_unit() { # <component> <file>
  if is_marked "$2"; then rm -f -- "$2"; fi
}

remove_files() { # <component>
  for kind in file link; do for_each "$1" "$kind" remove_file; done
  for_each "$1" unit remove_unit
  for_each "$1" folder remove_folder
  for_each "$1" data remove_data
}

# Leaves in the manifest what stays on the server, so that a later installation knows it.
shorten_manifest() { # <component>
  remains="$(
    # Folders that existed before the component was adopted are not ours.
    if ! is_adopted "$1"; then list_paths "$1" folder | while IFS= read -r path; do [ ! -d "$path" ] || echo "folder $path"; done; fi
    if [ ! "$LEAVE" ]; then list_paths "$1" data | while IFS= read -r path; do [ ! -e "$path" ] || echo "data $path"; done; fi
    list_paths "$1" user | while IFS= read -r user; do ! id "$user" >/dev/null 2>&1 || echo "user $user"; done
  )"
  if [ ! -e "$monitoring_folder/manifest/$1" ]; then return 0; fi
  (umask 077 && printf '%s' "${remains:+$remains$newline}" > "$monitoring_folder/manifest/.$1")
  mv "$monitoring_folder/manifest/.$1" "$monitoring_folder/manifest/$1"
}

# Ends the uninstallation of a component. Until its record in "components" is gone, the next run repeats an interrupted
# uninstallation. The manifest still exists then, because without one the component counts as installed by an earlier version.
finish() { # <component>
  # Removes the files from the manifest first, because the restored files may have the same names.
  shorten_manifest "$1"
  restore "$1"
  rm -rf "$monitoring_folder/markers/$1" "$monitoring_folder/moves/$1" "$monitoring_folder/previous/$1"
  rm -f "$monitoring_folder/components/$1" "$monitoring_folder/deployed/$1"
  remove_empty_manifest "$1"
}

remove_empty_manifest() { # <component>
  if [ ! -s "$monitoring_folder/manifest/$1" ]; then rm -f "$monitoring_folder/manifest/$1"; fi
}

# Removes what components have in common. Data that was kept when a component was uninstalled earlier is deleted, too.
leave() {
  for manifest in "$monitoring_folder"/manifest/*; do
    component="${manifest##*/}"
    if [ ! "$KEEP_DATA" ]; then for_each "$component" data remove_data; fi
    shorten_manifest "$component"
    remove_empty_manifest "$component"
  done
  if [ ! "$KEEP_DATA" ]; then for kind in $KINDS; do remove_data "$kind" "$data_folder/$kind"; done; fi
  # Temporary files of interrupted runs.
  rm -f "$monitoring_folder"/owner.*
  rm -rf /run/cdktf-monitoring/digests.json /run/cdktf-monitoring/metrics
  find "$monitoring_folder/manifest" -name '.?*' -type f -delete 2>/dev/null || true
  # If a folder contains files of others, or is a mount point, it stays.
  rmdir "$data_folder" "$monitoring_programs" /run/cdktf-monitoring 2>/dev/null || true
  for folder in components deployed firewall markers moves own previous; do rm -rf "${monitoring_folder:?}/$folder"; done
  rmdir "$monitoring_folder/manifest" "$monitoring_folder/adopted" "$monitoring_folder/tls" 2>/dev/null || true
  rm -f "$monitoring_folder/owner"
  rmdir "$monitoring_folder" 2>/dev/null || [ ! -e "$monitoring_folder" ] ||
    echo "kept=$monitoring_folder: $(names_in "$monitoring_folder" | paste -sd ' ' -)"
}

services=
firewall=
for component; do
  complete_manifest "$component"
  if [ "$component" = firewall ]; then firewall=yes; else services="$services $component"; fi
done
# Stops the log agent first, because Loki, which receives its last lines, may run on this server, too.
# shellcheck disable=SC2046,SC2086 # Names of units and components contain no spaces.
case " $services " in
  *" log_agent "*) stop_units $(units_of log_agent) ;;
esac
# shellcheck disable=SC2046,SC2086
stop_units $(units_of $services)
for component in $services; do remove_files "$component"; done
if [ "$firewall" ]; then
  # A trial of rules that was interrupted would load rules again.
  systemctl stop cdktf-monitoring-firewall-rollback.timer 2>/dev/null || true
  # shellcheck disable=SC2046
  stop_units $(units_of firewall)
  nft delete table inet cdktf_monitoring 2>/dev/null || true
  remove_files firewall
fi
if [ $# -gt 0 ]; then systemctl daemon-reload; fi
for component in $services; do
  for_each "$component" user remove_user
  finish "$component"
done
# The number of a removed user may become that of another user.
if [ "$firewall" ]; then finish firewall; else refresh_users; fi
if [ "$LEAVE" ]; then leave; fi
exit 0
