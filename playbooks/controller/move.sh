# Runs as root on a server, at one end of a move: place.sh VERB KIND [ARGUMENT…]. Each verb may be repeated at any time.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
verb=$1 kind=$2
shift 2
data="/var/lib/monitoring/$kind"
notes=/etc/cdktf-monitoring/moves
note="$notes/$kind"

# A disk of its own cannot be renamed: what comes is gathered inside it then, and so is what was there before.
own_disk() { [ -d "$data" ] && { [ -L "$data" ] || mountpoint -q "$data"; }; }
if own_disk; then
  incoming="$data/.incoming" before="$data/.before-move.$(date +%s)"
else
  incoming="$data.incoming" before="$data.before-move.$(date +%s)"
fi
ours() { ls -A "$1" 2>/dev/null | grep -vxE 'lost\+found|\.incoming|\.before-move\..*' || true; }
# Never mixed, and never thrown away: what was kept of an earlier stay.
set_aside() {
  [ "$(ours "$data" | head -n 1)" ] || return 0
  if own_disk; then
    mkdir "$before"
    ours "$data" | while IFS= read -r name; do mv "$data/$name" "$before/"; done
  else
    mv "$data" "$before"
  fi
  chown -Rh root:root "$before"
  chmod 700 "$before"
  echo "before=$before"
}
stop() {
  # It must neither come back at a reboot, nor count as being as it should be when the edit is undone.
  rm -f "/etc/cdktf-monitoring/markers/$kind"
  [ -e "/etc/systemd/system/$kind.service" ] || return 0
  systemctl --quiet disable "$kind.service" 2>/dev/null || true
  systemctl stop "$kind.service"
  # One that would not start must not stay behind as a failed unit.
  systemctl --quiet reset-failed "$kind.service" 2>/dev/null || true
}
write_note() {
  mkdir -p -m 700 "$notes"
  printf '%s\n' "$1" > "$note.new"
  sync "$note.new"
  mv "$note.new" "$note"
}

case "$verb" in
look)
  [ -e "/etc/cdktf-monitoring/components/$kind" ] && [ -e "/etc/systemd/system/$kind.service" ] && echo installed=yes
  if [ -d "$data" ]; then
    # One that runs may keep in its memory what it writes when it stops.
    [ "$(stat -L -c %U "$data")" = "$kind" ] && live=yes && echo live=yes
    if [ "${live-}" ] || [ "$(ours "$data" | head -n 1)" ]; then echo data=yes; fi
    echo "newest=$(find "$data/" -mindepth 1 -maxdepth 2 -printf '%T@\n' | sort -n | tail -n 1 | cut -d. -f1)"
  fi
  [ -e "$note" ] && echo "note=$(cat "$note")"
  exit 0
  ;;
measure) # in KiB
  du -sk --apparent-size "$data/" | cut -f1
  ;;
room)
  mkdir -p /var/lib/monitoring
  [ -d "$data" ] && place="$data" || place=/var/lib/monitoring
  df -Pk "$place" | awk 'NR == 2 { print $4 }'
  ;;
claim) # SEEN NOTE: stops the service for a move, unless somebody noted another one meanwhile
  mkdir -p -m 700 "$notes"
  exec 9> "$notes/.lock"
  flock 9
  [ "$(cat "$note" 2>/dev/null || true)" = "$1" ] || { echo "another move was noted meanwhile"; exit 75; }
  write_note "$2"
  stop
  if pgrep -u "$kind" >/dev/null 2>&1; then echo "a process of the user $kind still runs"; exit 1; fi
  ;;
give)
  exec tar --directory "$data/" --create --file - --exclude=./lost+found --exclude=./.incoming --exclude='./.before-move.*' .
  ;;
receive)
  rm -rf "$incoming"
  mkdir -p -m 755 /var/lib/monitoring
  mkdir -p "$incoming"
  exec tar --directory "$incoming" --extract --file - --preserve-permissions --no-same-owner
  ;;
commit) # NOTE: puts what was received in place; a second time goes on where the first one was cut off
  if [ "$(cat "$note" 2>/dev/null || true)" != "$1" ]; then
    chown -Rh "$kind:$kind" "$incoming"
    chmod 750 "$incoming"
    sync --file-system "$incoming"
    set_aside
    write_note "$1"
  fi
  [ -d "$incoming" ] || exit 0
  if own_disk; then
    ls -A "$incoming" | while IFS= read -r name; do mv "$incoming/$name" "$data/"; done
    rmdir "$incoming"
    # Last, for by its owner it counts as complete.
    chmod 750 "$data/"
    chown "$kind:$kind" "$data/"
  else
    rmdir "$data" 2>/dev/null || true
    mv --no-target-directory "$incoming" "$data"
  fi
  sync "$data/" "${data%/*}"
  ;;
empty) # stops the service, and removes its data
  stop
  rm -rf "$data.incoming"
  if own_disk; then
    find "$data/" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name '.before-move.*' -exec rm -rf {} +
    chown root:root "$data/"
  else
    rm -rf "$data"
  fi
  rm -f "$note"
  ;;
aside) # before a service starts that is not to have what was kept here
  set_aside
  ;;
forget)
  rm -f "$note"
  ;;
*)
  echo "no verb $verb"
  exit 64
  ;;
esac
