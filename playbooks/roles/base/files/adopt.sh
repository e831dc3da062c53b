#!/bin/sh
# Functions that take over an installation that is not from this project, and restore it; a script includes this file by a
# line ". FILE".
#
# adopted/NAME in /etc/cdktf-monitoring then contains
#   copy.tar  the configuration folder and the unit file, with owners and modes
#   units     lines UNIT ENABLED ACTIVE: the state of the former units
#   group     the number of the group NAME, if it existed
# The user of the former installation is used and never removed.
# shellcheck disable=SC2154 # manifest.sh, which is included before, sets the folders.

adopted_folder="$monitoring_folder/adopted"

is_adopted() { # <component>
  [ -e "$adopted_folder/$1/copy.tar" ]
}

# Prints the former units of a component: the one with its name, if it is not ours, and those that a distribution uses.
former_units() { # <component> <unit>…
  component="$1"
  shift
  if [ "$(foreign_unit "$component")" ]; then echo "$component.service"; fi
  for name; do
    if [ "$(systemctl show --property LoadState --value "$name" 2>/dev/null)" = loaded ]; then echo "$name"; fi
  done
}

# Copies an installation, unless a complete copy exists: after an interruption, the files may already be ours.
keep_copy() { # <component> <configuration folder> <unit>…
  component="$1" config="$2" copy="$adopted_folder/$1"
  shift 2
  if is_adopted "$component"; then return 0; fi
  (umask 077 && mkdir -p "$copy")
  former_units "$component" "$@" | while IFS= read -r name; do
    printf '%s %s %s\n' "$name" "$(systemctl is-enabled "$name" 2>/dev/null)" "$(systemctl is-active "$name" 2>/dev/null)"
  done > "$copy/units"
  getent group "$component" | cut -d : -f 3 > "$copy/group"
  set --
  for path in "$config" "$systemd_units/$component.service"; do
    if [ "$path" ] && { [ -e "$path" ] || [ -L "$path" ]; }; then set -- "$@" "$path"; fi
  done
  if [ $# = 0 ]; then set -- --files-from /dev/null; fi
  (umask 077 && tar --create --acls --xattrs --absolute-names --file "$copy/copy.tar.new" "$@")
  sync "$copy/copy.tar.new" "$copy/units"
  mv "$copy/copy.tar.new" "$copy/copy.tar"
}

# Stops the former units right before the component starts in their place. May be repeated: the component's own unit, which
# may have the name of a former one, runs on.
stop_former_units() { # <component>
  while read -r name _; do
    if [ "$name" = "$1.service" ] && is_marked "$systemd_units/$name"; then continue; fi
    systemctl --quiet stop "$name" || true
    systemctl --quiet disable "$name" >/dev/null 2>&1 || true
  done < "$adopted_folder/$1/units"
  if [ "$(foreign_unit "$1")" = "$systemd_units/$1.service" ]; then rm -f "$systemd_units/$1.service"; fi
}

# Puts back what the copy contains and what is missing now. Files that others have changed since stay as they are.
restore() { # <component>
  copy="$adopted_folder/$1"
  if [ ! -e "$copy" ]; then return 0; fi
  if is_adopted "$1"; then
    tar --extract --acls --xattrs --absolute-names --preserve-permissions --same-owner --skip-old-files --file "$copy/copy.tar"
    # The role changed the owners and modes of folders that existed.
    tar --list --absolute-names --file "$copy/copy.tar" | grep '/$' > "$copy/folders" || true
    if [ -s "$copy/folders" ]; then
      tar --extract --acls --xattrs --absolute-names --preserve-permissions --same-owner --overwrite-dir --no-recursion \
        --file "$copy/copy.tar" --files-from "$copy/folders"
    fi
    group="$(cat "$copy/group")"
    if [ "$group" ] && ! getent group "$1" >/dev/null; then groupadd --system --gid "$group" "$1"; fi
    systemctl daemon-reload
    while read -r name enabled active; do
      if [ "$enabled" = enabled ]; then systemctl --quiet enable "$name" >/dev/null 2>&1 || echo "kept=$name disabled: it could not be enabled"; fi
      if [ "$active" = active ]; then systemctl start "$name" || echo "kept=$name stopped: it could not be started"; fi
    done < "$copy/units"
  fi
  rm -rf "$copy"
  rmdir "$adopted_folder" 2>/dev/null || true
}
