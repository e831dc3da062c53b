# shellcheck shell=sh
# One side of a move, run as root on a server: move.sh VERB KIND [ARGUMENT…]. Each verb may be repeated at any time.
set -eu
umask 022
# The caller sets the parent folder of all data, and the folder for files of this project.
: "${data_root:?}" "${state:?}"
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
verb=$1 kind=$2
shift 2
data="$data_root/$kind"
notes="$state/moves"
note="$notes/$kind"

# A data folder that is a mount point or a link cannot be renamed, so received data and older data stay inside it.
is_mounted() { [ -d "$data" ] && { [ -L "$data" ] || mountpoint -q "$data"; }; }
if is_mounted; then
  incoming="$data/.incoming" before="$data/.before-move.$(date +%s)"
else
  incoming="$data.incoming" before="$data.before-move.$(date +%s)"
fi
# Prints the names of the service's files in a data folder.
service_files() {
  find "$1/" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name .incoming ! -name '.before-move.*' -printf '%f\n' 2>/dev/null || true
}
# Creates a folder with a mode, unless it exists.
make_folder() { mkdir -m "$1" "$2" 2>/dev/null || [ -d "$2" ]; }
# Sets older data of this server aside, so that it is neither mixed with the moved data nor deleted.
set_aside() {
  [ "$(service_files "$data" | head -n 1)" ] || return 0
  if is_mounted; then
    mkdir "$before"
    service_files "$data" | while IFS= read -r name; do mv "$data/$name" "$before/"; done
  else
    mv "$data" "$before"
  fi
  chown -Rh root:root "$before"
  chmod 700 "$before"
  echo "before=$before"
}
make_notes() { mkdir -p "$state" && make_folder 700 "$notes"; }
stop() {
  # The service must not start again at boot. Without the marker, the next run here starts it again if the user undoes the move.
  rm -f "$state/markers/$kind"
  [ -e "/etc/systemd/system/$kind.service" ] || return 0
  systemctl --quiet disable "$kind.service" 2>/dev/null || true
  systemctl stop "$kind.service"
  # A service that failed to start must not remain as a failed unit.
  systemctl --quiet reset-failed "$kind.service" 2>/dev/null || true
}
write_note() {
  make_notes
  printf '%s\n' "$1" > "$note.new"
  sync "$note.new"
  mv "$note.new" "$note"
}

case "$verb" in
observe) # prints the state of the component and its data on this server
  [ -e "$state/components/$kind" ] && [ -e "/etc/systemd/system/$kind.service" ] && echo installed=yes
  if [ -d "$data" ]; then
    [ "$(stat -L -c %U "$data")" = "$kind" ] && live=yes && echo live=yes
    # A running service may keep data in memory that it writes when it stops.
    if [ "${live-}" ] || [ "$(service_files "$data" | head -n 1)" ]; then echo data=yes; fi
    echo "newest=$(find "$data/" -mindepth 1 -maxdepth 2 -printf '%T@\n' | sort -n | tail -n 1 | cut -d. -f1)"
  fi
  [ -e "$note" ] && echo "note=$(cat "$note")"
  exit 0
  ;;
measure) # prints the size of the data in KiB
  du -sk --apparent-size "$data/" | cut -f1
  ;;
free) # prints the free space for the data in KiB
  make_folder 755 "$data_root"
  [ -d "$data" ] && folder="$data" || folder="$data_root"
  df -Pk "$folder" | awk 'NR == 2 { print $4 }'
  ;;
claim) # KNOWN NOTE: stops the service for a move, unless another move replaced the note KNOWN
  make_notes
  exec 9> "$notes/.lock"
  flock 9
  [ "$(cat "$note" 2>/dev/null || true)" = "$1" ] || { echo "another move claimed the data"; exit 75; }
  write_note "$2"
  stop
  # The user of an adopted installation may run other services, too.
  if [ ! -e "$state/adopted/$kind" ] && pgrep -u "$kind" >/dev/null 2>&1; then echo "a process of the user $kind is still running"; exit 1; fi
  ;;
send) # writes the data to standard output
  exec tar --directory "$data/" --create --file - --exclude=./lost+found --exclude=./.incoming --exclude='./.before-move.*' .
  ;;
receive) # reads the data from standard input
  rm -rf "$incoming"
  make_folder 755 "$data_root"
  mkdir -p "$incoming"
  exec tar --directory "$incoming" --extract --file - --preserve-permissions --no-same-owner
  ;;
commit) # NOTE: puts the received data in place; a repetition continues where the first attempt ended
  if [ "$(cat "$note" 2>/dev/null || true)" != "$1" ]; then
    chown -Rh "$kind:$kind" "$incoming"
    chmod 750 "$incoming"
    sync --file-system "$incoming"
    set_aside
    write_note "$1"
  fi
  [ -d "$incoming" ] || exit 0
  if is_mounted; then
    find "$incoming/" -mindepth 1 -maxdepth 1 -exec mv --target-directory "$data/" {} +
    rmdir "$incoming"
    # The owner changes last, because it marks the data as complete.
    chmod 750 "$data/"
    chown "$kind:$kind" "$data/"
  else
    rmdir "$data" 2>/dev/null || true
    mv --no-target-directory "$incoming" "$data"
  fi
  sync "$data/" "${data%/*}"
  ;;
remove) # stops the service and deletes its data
  stop
  rm -rf "$data.incoming"
  if is_mounted; then
    find "$data/" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name '.before-move.*' -exec rm -rf {} +
    chown root:root "$data/"
  else
    rm -rf "$data"
  fi
  rm -f "$note"
  ;;
aside) # sets older data aside before a service starts without it
  set_aside
  ;;
forget) # deletes the note of a finished move
  rm -f "$note"
  ;;
*)
  echo "unknown verb $verb"
  exit 64
  ;;
esac
