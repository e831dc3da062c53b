#!/bin/sh
# Functions that keep a copy of a component's files while a run changes them; a script includes this file by a line ". FILE",
# after manifest.sh.
#
# previous/NAME in /etc/cdktf-monitoring then contains
#   files.tar  the files, links and units in the component's manifest, and the link to its release
#   paths      their paths
#   manifest   the manifest
#   sha256     the archive that the release was unpacked from
# Only root can read the copy, because it contains secrets. It exists from the start of a run until the next success, so
# several attempts may fail one after the other.
# shellcheck disable=SC2154 # manifest.sh, which is included before, sets the folders.

previous_folder="$monitoring_folder/previous"

has_snapshot() { # <component>
  [ -e "$previous_folder/$1/files.tar" ]
}

# Prints the files, links and units that are listed in a component's manifest.
list_files() { # <component>
  for kind in file link unit; do list_paths "$1" "$kind"; done
}

# Copies the files of a component. Only called while they belong to a successful run: an interrupted or failed run must not
# replace a good copy by its own files. Does not copy lists that scripts keep about the state of the server.
take_snapshot() { # <component> <configuration folder> <list of files that scripts create>
  copy="$previous_folder/$1" config="$2" lists="$3"
  rm -rf "$copy"
  (umask 077 && mkdir -p "$copy")
  if [ -e "$monitoring_folder/manifest/$1" ]; then
    cp -p "$monitoring_folder/manifest/$1" "$copy/manifest"
    list_files "$1"
  else
    # An earlier version of this project, which wrote no manifests, installed the component.
    printf '%s\n' "$systemd_units/$1.service" "$monitoring_programs/$1"
    if [ "$config" ]; then find "$config" ! -type d; fi
    if [ "$1" = node_exporter ]; then printf '%s\n' "$systemd_units"/cdktf-monitoring-reboot-required.*; fi
  fi | while IFS= read -r path; do
    if [ ! -e "$path" ] && [ ! -L "$path" ]; then continue; fi
    if printf '%s\n' "$lists" | grep -qxF -- "$path"; then continue; fi
    printf '%s\n' "$path"
  done > "$copy/paths"
  cp "$monitoring_programs/$1/.sha256" "$copy/sha256" 2>/dev/null || : > "$copy/sha256"
  tar --create --acls --xattrs --absolute-names --no-recursion --file "$copy/files.new" --verbatim-files-from --files-from "$copy/paths"
  sync "$copy/files.new"
  # Last, because the copy is valid from now on.
  mv "$copy/files.new" "$copy/files.tar"
}

# Puts the copy in the place of the current files, and removes files that were added since.
restore_snapshot() { # <component> <list of files that scripts create>
  copy="$previous_folder/$1" lists="$2"
  list_files "$1" | while IFS= read -r path; do
    if printf '%s\n' "$lists" | cat - "$copy/paths" | grep -qxF -- "$path"; then continue; fi
    rm -f -- "$path"
  done
  tar --extract --acls --xattrs --absolute-names --preserve-permissions --same-owner --file "$copy/files.tar"
  if [ -e "$copy/manifest" ]; then
    # The new release stays for the next attempt, so it stays in the manifest too.
    for kind in folder data user; do list_paths "$1" "$kind" | sed "s|^|$kind |"; done |
      cat "$copy/manifest" - | awk '!known[$0]++' > "$monitoring_folder/manifest/$1.new"
    chmod 600 "$monitoring_folder/manifest/$1.new"
    mv "$monitoring_folder/manifest/$1.new" "$monitoring_folder/manifest/$1"
  fi
  # A release that was replaced by another archive of the same version.
  release="$(readlink "$monitoring_programs/$1")"
  if ! cmp -s "$release/.sha256" "$copy/sha256" && cmp -s "$release.previous/.sha256" "$copy/sha256"; then
    rm -rf "$release"
    mv "$release.previous" "$release"
  fi
}

# Removes the copy after a success.
drop_snapshot() { # <component>
  rm -rf "${previous_folder:?}/$1" "$(readlink "$monitoring_programs/$1" || echo /nonexistent).previous"
}
