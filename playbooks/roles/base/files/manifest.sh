#!/bin/sh
# Functions for the manifests, the lists of everything that this project created on a server; a script includes this file by
# a line ". FILE".
#
# Each component has a manifest, manifest/NAME in /etc/cdktf-monitoring, and so has the firewall. Its lines are KIND PATH,
# where KIND is one of
#   file, link  a file or symbolic link
#   folder      a folder. Only a release, in /opt/cdktf-monitoring, is removed with its content; others must be empty
#   unit        the file of a systemd unit
#   user        the name of a user, and of its group
#   data        a data folder, which an uninstallation keeps or deletes
# A line is written before the thing is created, so that an interrupted run leaves nothing behind that is not listed.
# shellcheck disable=SC2034,SC2174 # Not every script uses every name; the folders above those of mkdir -p -m exist.

monitoring_folder=/etc/cdktf-monitoring
monitoring_programs=/opt/cdktf-monitoring
data_folder=/var/lib/monitoring
systemd_units=/etc/systemd/system

# Whether a manifest has a line.
is_listed() { # <component> <kind> <path>
  grep -qsxF -- "$2 $3" "$monitoring_folder/manifest/$1"
}

# Adds a line to a manifest, unless it has the line.
record() { # <component> <kind> <path>
  if is_listed "$@"; then return 0; fi
  mkdir -p "$monitoring_folder"
  mkdir -p -m 700 "$monitoring_folder/manifest"
  (umask 077 && printf '%s\n' "$2 $3" >> "$monitoring_folder/manifest/$1")
}

# Prints the paths of one kind in a manifest, the longest ones first: a folder follows the folders in it.
list_paths() { # <component> <kind>
  sed -n "s/^$2 //p" "$monitoring_folder/manifest/$1" 2>/dev/null | sort -ru
}

# Whether a file has the mark that this project writes into its files.
is_marked() {
  head -n 5 -- "$1" 2>/dev/null | grep -q '^# Written by cdktf-monitoring'
}

# Prints the names of the packages that own files, in one line.
packages_of() { # <path>…
  for path; do
    # Debian 12 lists files in /usr/lib by their former paths.
    { dpkg-query --search -- "$path" || dpkg-query --search -- "${path#/usr}"; } 2>/dev/null | sed -n 's/^\([^:]*\):.*/\1/p' | tr ',' '\n'
  done | tr -d ' ' | sort -u | paste -sd ' ' -
}

# Prints the file of a unit that is not ours: a package's unit, or one that an administrator wrote.
foreign_unit() { # <component>
  for folder in /etc/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system /etc/init.d; do
    file="$folder/$1.service"
    if [ "$folder" = /etc/init.d ]; then file="$folder/$1"; fi
    if [ ! -e "$file" ] && [ ! -L "$file" ]; then continue; fi
    if ! is_listed "$1" unit "$file" && ! is_marked "$file"; then
      echo "$file"
      return
    fi
  done
}

# Whether a version of this project that wrote no manifests installed a component, or began to.
is_earlier_installation() { # <component>
  if [ ! -e "$monitoring_folder/components/$1" ] || [ -e "$monitoring_folder/manifest/$1" ]; then return 1; fi
  is_marked "$systemd_units/$1.service" || [ ! "$(foreign_unit "$1")" ]
}

# Records the parts of a component that do not depend on its configuration. Called before any of them is created.
record_component() { # <component> <configuration folder> <release> <data folder>
  component="$1" config="$2" release="$3" data="$4"
  if ! id "$component" >/dev/null 2>&1 || { is_earlier_installation "$component" && [ ! "$(foreign_unit "$component")" ]; }; then
    record "$component" user "$component"
  fi
  for folder in "$release" "$release.new" "$release.previous" "$monitoring_programs/$component"-[0-9]*; do
    if [ "${folder#"$release"}" != "$folder" ] || [ -d "$folder" ]; then record "$component" folder "$folder"; fi
  done
  record "$component" link "$monitoring_programs/$component"
  record "$component" unit "$systemd_units/$component.service"
  if [ "$config" ]; then record "$component" folder "$config"; fi
  record "$component" data "$data"
}

# Records everything that the firewall's scripts create. The role's files are recorded when they are written.
record_firewall() {
  record firewall folder "$monitoring_folder/firewall"
  if [ ! -e "$systemd_units/nftables.service.d" ] || is_marked "$systemd_units/nftables.service.d/cdktf-monitoring.conf"; then
    record firewall folder "$systemd_units/nftables.service.d"
  fi
  for name in rules.nft rules.new loaded.sha256 loaded.new lock; do record firewall file "$monitoring_folder/firewall/$name"; done
}
