#!/bin/sh
# Checks a server before a run changes it: whether the run has anything to do there, and whether it can succeed. Every run
# begins with this script on every host, so a host where nothing changed costs one command.
#
# Environment (empty means no; a list has one item per line):
#   RUN                   name of the run
#   MARKER                file with the fingerprint of the run's last success on this server
#   FINGERPRINT           fingerprint of what the run would apply
#   FORCE                 whether to work on a server where nothing changed
#   CHECK                 whether Ansible runs in check mode: this script then changes nothing
#   USER_RUN              whether a user-provided playbook installs a component
#   KEY_USER              the system user of this component that may read its key; empty if none is named
#   ARCHITECTURE          declared architecture (amd64, arm64), if the run installs a built-in component
#   FIREWALL_FINGERPRINT  fingerprint of the wanted firewall rules, if the run has any
#   OWNER_…, TRANSFER     the owner of the server, see owner.sh
#   COMPONENTS            the components on the server, see conflicts.sh
#   SERVICE               the component's name, if the run has one; the following variables describe it:
#   SERVICE_COMMANDS      list of COMMAND PACKAGE: commands that it needs, each with its Debian package
#   SERVICE_READS         list of files that it reads and that must exist
#   SERVICE_RELEASE       folder of the release
#   SERVICE_CONFIG        configuration folder, if it has one
#   SERVICE_FILES         list of files that its scripts create
#   SERVICE_STATE         data folder
#   SERVICE_DATA          data folder, if its data moves with it
#   SERVICE_FOLDERS       list of folders that hold nothing but files of this project
#   SERVICE_START_FILES   list of files that it reads only when it starts
#   SERVICE_ADDRESS       address that services listen on; empty for all
#   SERVICE_ADOPT         whether to take over an installation that is not ours
#   SERVICE_FORMER_UNITS  list of units that distributions use for the component
#   DRIFT_PROGRAM         the text of drift.py
#
# Output, lines of KEY=VALUE; a key may repeat:
#   current=yes         nothing to do; no other line follows
#   drift=PATH CHANGE   a change since the last deploy, which the run repairs
#   foreign=NAME        the server belongs to the monitoring NAME, so it has nothing to leave; no other line follows
#   problem=TEXT        the run cannot work on this server
#   peer=ADDRESS PORT   where this SSH connection came from, and the port that it came to
#   login=USER          the SSH user, if it became root by sudo
#   component=NAME      a built-in component that is installed
#   own=NAME            a user-provided playbook that ran here
#   certified=NAME      a user-provided component that has a certificate
#   firewall=installed  the firewall's files exist
#   firewall=stale      the firewall's rules must be applied, and it is this run's turn to do so
#   memory=KIB          memory of the server
#   user=yes            the component's system user exists, or KEY_USER
#   installed=yes       the component's user, unit and program exist
#   unpacked=SHA256     archive that the release was unpacked from
#   old=FOLDER          another release of the component
#   owned=FILE          a file in SERVICE_FOLDERS
#   live=yes            the data belongs to the component's user
#   moving=yes          a move of the data has begun but not ended
#   reload=yes          an earlier run may have changed the configuration without a reload
#   certificate=BASE64  the component's certificate
#   authority=BASE64    the certificates of the authorities that the component trusts
#   restart=yes         an earlier run may have changed the program or the unit without a restart
#
# Exit codes: 0 the checks ran; anything else: they did not, and standard error says why
# shellcheck disable=SC2174 # mkdir -p -m: the folders above exist.
set -eu
. ../../firewall/files/functions.sh
. ./manifest.sh
. ./owner.sh
. ./adopt.sh
. ./conflicts.sh
. ./snapshot.sh
. ./certificate.sh

# Not empty if …
known=          # the last success was with the same fingerprint
bad=            # there is a problem
drift=          # things changed since the last success
firewall_stale= # the firewall's rules must be applied
firewall_force= # they must be applied even if they are current
if [ "$FORCE" ] && [ "$RUN" = firewall ]; then firewall_force=yes; fi

newline='
'
unit="$systemd_units/$SERVICE.service"
link="$monitoring_programs/$SERVICE"

problem() {
  echo "problem=$*"
  bad=yes
}

# Prints values of keys in /etc/os-release, by an extended regular expression.
os_release() {
  sed -nE "s/^($1)=//p" /etc/os-release 2>/dev/null | tr -d "\"'"
}

# Prints a property of the component's unit.
unit_property() {
  systemctl show --property "$1" --value "$SERVICE.service" 2>/dev/null || true
}

# Prints what changed since the last success in the things that this run deploys.
find_drift() {
  component="$SERVICE"
  if [ "$RUN" = firewall ] || [ "$USER_RUN" ]; then component="$RUN"; fi
  if [ ! "$component" ]; then return 0; fi
  # A component that has no success yet has no record either, like a user-provided component without a certificate.
  if { [ ! "$known" ] || [ "$USER_RUN" ]; } && [ ! -e "$monitoring_folder/deployed/$component" ]; then return 0; fi
  if changes="$(/usr/bin/python3 -I -S -c "$DRIFT_PROGRAM" changes "$component" 2>&1)"; then
    printf '%s\n' "$changes" | sed -n 's/^[^\t]*\trun\t\([^\t]*\)\t/drift=\1 /p'
  else
    echo "drift=$monitoring_folder/deployed/$component cannot be compared with the server: $(printf '%s\n' "$changes" | tail -n 1)"
  fi
}

find_out_whether_current() {
  if [ "$RUN" = firewall ]; then
    # Checks the rules instead of a marker, because another run may have applied them, or somebody may have flushed them.
    if firewall_is_current; then known=yes; fi
  elif [ "$(cat "$MARKER" 2>/dev/null)" = "$FINGERPRINT" ] && [ "$(stat -c %a "$MARKER")" = 600 ]; then
    if ! certificate_is_due "${SERVICE:-$RUN}"; then known=yes; fi
  fi
  drift="$(find_drift)"
  if [ "$drift" ]; then
    known=
    if [ "$RUN" = firewall ]; then firewall_force=yes; fi
    printf '%s\n' "$drift"
  fi
}

check_access() {
  # A new instance accepts SSH while its first boot still installs packages.
  if command -v cloud-init >/dev/null; then timeout 300 cloud-init status --wait >/dev/null 2>&1 || true; fi
  [ "$(id -u)" = 0 ] || problem "the SSH user is not root and did not become root: set sudoPassword, or let it use sudo without a password"
  [ -x /usr/bin/python3 ] || problem "/usr/bin/python3 is missing, which Ansible needs: apt-get install python3"
}

check_firewall() {
  command -v nft >/dev/null || problem "nft is missing, which the firewall needs: apt-get install nftables"
  [ -d /run/systemd/system ] || problem "systemd is not running, and the firewall is loaded by a systemd unit"
  if [ -e "$firewall_folder/rules.nft" ]; then echo firewall=installed; fi
  firewall_stale=yes
  if [ ! "$firewall_force" ] && firewall_is_current; then
    firewall_stale=
  else
    echo "peer=$(ssh_peer)"
    echo "login=${SUDO_USER:-}"
  fi
}

# The runs of a deploy find the rules stale at the same time. One run applies them while the others wait: seven runs that
# write the same files to one server take seven times as long. Fails if there is nothing left to do.
take_firewall_turn() {
  if [ "$CHECK" ] || [ "$firewall_force" ]; then return 0; fi
  mkdir -p -m 755 "${firewall_turn%/*}"
  until mkdir "$firewall_turn" 2>/dev/null; do
    if firewall_is_current; then return 1; fi
    # A run that has held the turn for a minute was probably interrupted. If it is still running, two runs that apply the
    # rules at the same time do no harm.
    since="$(stat -c %Y "$firewall_turn" 2>/dev/null || date +%s)"
    if [ $(($(date +%s) - since)) -gt 60 ]; then rmdir "$firewall_turn" 2>/dev/null || true; fi
    sleep 0.2
  done
  if firewall_is_current; then
    rmdir "$firewall_turn"
    return 1
  fi
}

report_components() {
  for file in /etc/cdktf-monitoring/components/*; do
    if [ -e "$file" ]; then echo "component=${file##*/}"; fi
  done
  for file in /etc/cdktf-monitoring/own/*; do
    if [ ! -e "$file" ]; then continue; fi
    echo "own=${file##*/}"
    if [ -e "$monitoring_folder/tls/${file##*/}" ]; then echo "certified=${file##*/}"; fi
  done
}

check_system() {
  case " $(os_release 'ID|ID_LIKE' | tr '\n' ' ') " in
    *" debian "* | *" ubuntu "*) ;;
    *)
      system="$(os_release PRETTY_NAME)"
      problem "${system:-this operating system} is not supported: use Debian 12 or 13, or Ubuntu 22.04 or 24.04"
      ;;
  esac
  [ -d /run/systemd/system ] || problem "systemd is not running, and the components are systemd services"
  machine="$(uname -m)"
  case "$machine" in
    x86_64) machine=amd64 ;;
    aarch64) machine=arm64 ;;
  esac
  [ "$machine" = "$ARCHITECTURE" ] ||
    problem "the server is $machine, but was declared as $ARCHITECTURE: correct its architecture"
}

check_requirements() {
  while read -r name package; do
    [ -z "$name" ] || command -v "$name" >/dev/null ||
      problem "$name is missing, which $SERVICE needs: apt-get install $package"
  done <<END
$SERVICE_COMMANDS
END
  while IFS= read -r file; do
    [ -z "$file" ] || [ -f "$file" ] || problem "$file does not exist, and $SERVICE must read it"
  done <<END
$SERVICE_READS
END
}

check_key_user() {
  if [ ! "$KEY_USER" ] || ! id "$KEY_USER" >/dev/null 2>&1; then return 0; fi
  echo user=yes
  case " $(id -Gn "$KEY_USER") " in
    *" $KEY_USER "*) ;;
    *) problem "the user $KEY_USER is not in a group of the same name, which must be able to read the key of $RUN: create this group and add the user to it, or remove the property user of the component" ;;
  esac
}

report_installation() {
  echo "memory=$(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo)"
  if id "$SERVICE" >/dev/null 2>&1; then
    echo user=yes
    if [ -e "$unit" ] && [ -e "$link" ]; then echo installed=yes; fi
  fi
  if [ "$SERVICE_DATA" ]; then
    # Data with another owner is an incomplete copy, or was kept when the component was uninstalled.
    if [ "$(stat -L -c %U "$SERVICE_DATA" 2>/dev/null)" = "$SERVICE" ]; then echo live=yes; fi
    if [ -e "/etc/cdktf-monitoring/moves/$SERVICE" ]; then echo moving=yes; fi
  fi
  # A release with a changed program is unpacked again.
  case "$newline$drift" in
    *"${newline}drift=$SERVICE_RELEASE"[/\ ]*) ;;
    *) if [ -r "$SERVICE_RELEASE/.sha256" ]; then echo "unpacked=$(cat "$SERVICE_RELEASE/.sha256")"; fi ;;
  esac
  for folder in "$link"-[0-9]*; do
    if [ -d "$folder" ] && [ "$folder" != "$SERVICE_RELEASE" ]; then echo "old=$folder"; fi
  done
  while IFS= read -r folder; do
    for file in "${folder:-/nonexistent}"/*; do
      if [ -f "$file" ]; then echo "owned=$file"; fi
    done
  done <<END
$SERVICE_FOLDERS
END
}

# An interrupted run may have changed files of a running service without a reload or restart.
report_interrupted_run() {
  if [ "$1" != 0 ] && { [ ! -e "$MARKER" ] || [ "$(stat -c %a "$MARKER")" = 400 ]; }; then
    echo reload=yes
    # Compares microseconds, because a file may have been written right before the start, in the same second.
    since="$(systemctl show --timestamp=us --property ActiveEnterTimestamp --value "$SERVICE.service" 2>/dev/null || true)"
    since="$(date -d "$since" +%s%6N 2>/dev/null || true)"
    while IFS= read -r file; do
      if [ ! -e "$file" ] && [ ! -L "$file" ]; then continue; fi
      written="$(stat -c %.6Y "$file")"
      if [ "${written%.*}${written#*.}" -ge "${since:-0}" ]; then echo restart=yes; fi
    done <<END
$unit
$link
$SERVICE_RELEASE/.sha256
$SERVICE_START_FILES
END
  fi
  # The interrupted run may also have written a unit that systemd has not read yet.
  if [ "$(unit_property NeedDaemonReload)" = yes ]; then echo restart=yes; fi
}

record_service() {
  record_component "$SERVICE" "$SERVICE_CONFIG" "$SERVICE_RELEASE" "$SERVICE_STATE"
  while IFS= read -r file; do
    [ -z "$file" ] || record "$SERVICE" file "$file"
  done <<END
$SERVICE_FILES
END
}

# Records that the run begins to change this server. The marker of the last success is no longer valid: it is removed, or
# gets mode 0400, which marks it as unconfirmed.
note_start() {
  if ! mkdir -p "$monitoring_folder/components" "$monitoring_folder/tls" || ! mkdir -p -m 700 "${MARKER%/*}"; then
    problem "root cannot create folders in $monitoring_folder: check that the file system is writable and not full"
    return 0
  fi
  if [ "$RUN" != leave ]; then claim_server; fi
  if [ "$bad" ]; then return 0; fi
  if [ "$SERVICE" ] && [ "$(stat -c %a "$MARKER" 2>/dev/null)" = 600 ]; then
    take_snapshot "$SERVICE" "$SERVICE_CONFIG" "$SERVICE_FILES"
  fi
  if [ "$known" ] && [ -e "$MARKER" ]; then chmod 400 "$MARKER"; else rm -f "$MARKER"; fi
  if [ "$SERVICE" ]; then
    if [ "$SERVICE_ADOPT" ] && [ "$(foreign_things "$SERVICE" "${SERVICE_CONFIG:--}")" ]; then
      # shellcheck disable=SC2086 # Names of units contain no spaces.
      keep_copy "$SERVICE" "$SERVICE_CONFIG" $SERVICE_FORMER_UNITS
    fi
    record_service
    : >> "$monitoring_folder/components/$SERVICE"
    mkdir -p -m 755 "$monitoring_programs"
  fi
  if [ "$USER_RUN" ]; then
    mkdir -p "$monitoring_folder/own"
    : >> "$monitoring_folder/own/$RUN"
  fi
  if [ "$firewall_stale" ]; then
    record_firewall
    : >> "$monitoring_folder/components/firewall"
    mkdir -p -m 755 "$firewall_folder" "$systemd_units/nftables.service.d"
    for folder in "$firewall_folder" "$systemd_units/nftables.service.d"; do
      if is_listed firewall folder "$folder"; then restore_mode 755 "$folder"; fi
    done
  fi
}

if ! may_own; then
  if [ "$RUN" = leave ]; then echo "foreign=$(owner_value name)"; else report_owner; fi
  exit 0
fi
find_out_whether_current
if [ "$known" ] && [ ! "$FORCE" ]; then
  if [ ! "$CHECK" ]; then claim_server; fi
  if [ ! "$bad" ]; then echo current=yes; fi
  exit 0
fi
check_access
if [ "$FIREWALL_FINGERPRINT" ]; then check_firewall; fi
check_components
report_components
if [ "$ARCHITECTURE" ]; then check_system; fi
if [ "$SERVICE" ]; then
  pid="$(unit_property MainPID)"
  check_requirements
  report_installation
  report_interrupted_run "${pid:-0}"
  report_certificate "$SERVICE"
fi
if [ "$USER_RUN" ]; then
  check_key_user
  report_certificate "$RUN"
fi
if [ ! "$CHECK" ] && [ ! "$bad" ]; then note_start; fi
# Runs last, because the run that takes the turn applies the rules next.
if [ "$firewall_stale" ] && [ ! "$bad" ] && take_firewall_turn; then echo firewall=stale; fi
exit 0
