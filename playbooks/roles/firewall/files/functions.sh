#!/bin/sh
# Functions that the scripts of the firewall share; a script includes this file by a line ". FILE".
#
# Environment:
#   FIREWALL_FINGERPRINT  fingerprint of the wanted rules, for firewall_is_current
#   SUDO_USER             the user who became root by sudo, if any
# shellcheck disable=SC2034 # Not every script uses every name.

# wanted.nft holds the rules that a run asked for, rules.nft those that the server boots with, rules.new those that are being
# loaded, and loaded.sha256 the digest of the table right after rules.nft was loaded. Each line "# user SET NAME" of wanted.nft
# names a user whose number belongs to a set. The other two files also contain the numbers.
firewall_folder=/etc/cdktf-monitoring/firewall
firewall_turn=/run/cdktf-monitoring/firewall-turn
firewall_rollback=cdktf-monitoring-firewall-rollback

# Prints a digest of the loaded table, without its counters.
table_digest() {
  nft --stateless list table inet cdktf_monitoring 2>/dev/null | sha256sum
}

# Whether the table is unchanged since rules.nft was loaded.
table_is_intact() {
  [ "$(table_digest)" = "$(cat "$firewall_folder/loaded.sha256" 2>/dev/null)" ]
}

# Prints the rules of a file with the current numbers of their users. The set of a user that does not exist stays empty, so
# that nobody is allowed in place of that user.
with_users() { # <file>
  sed '/^add element /d' "$1"
  sed -n 's/^# user //p' "$1" | while read -r set name; do
    if number="$(id -u "$name" 2>/dev/null)"; then echo "add element inet cdktf_monitoring $set { $number }"; fi
  done
}

# Whether rules.nft contains the rules of a file with the current numbers of their users.
boots_with() { # <file>
  with_users "$1" 2>/dev/null | cmp -s - "$firewall_folder/rules.nft"
}

# Whether the user who became root by sudo, which is the SSH user, may use SSH tunnels to the components. Root always may.
ssh_user_is_allowed() {
  [ ! "${SUDO_USER:-}" ] || grep -qsxF "# user local_users $SUDO_USER" "$firewall_folder/rules.nft"
}

# Whether the rules with this fingerprint are loaded, now and at each boot.
firewall_is_current() {
  grep -qsxF "# Fingerprint: $FIREWALL_FINGERPRINT" "$firewall_folder/rules.nft" && table_is_intact &&
    boots_with "$firewall_folder/rules.nft" && ssh_user_is_allowed &&
    [ -e /etc/systemd/system/sysinit.target.wants/cdktf-monitoring-firewall.service ]
}

# Whether wanted.nft is loaded.
wanted_rules_are_loaded() {
  boots_with "$firewall_folder/wanted.nft" && table_is_intact
}

# Gives a file or folder to root with a mode, and leaves it alone if it has both.
restore_mode() { # <mode> <path>
  if [ "$(stat -c '%a %U %G' "$2")" = "$1 root root" ]; then return 0; fi
  chown root:root "$2"
  chmod "$1" "$2"
}

# Loads the rules of a file with the current numbers of their users.
load_rules() { # <file>
  (umask 027 && with_users "$1" > "$firewall_folder/rules.new")
  nft --file "$firewall_folder/rules.new"
}

# Saves the rules that load_rules loaded, so that the server boots with them.
keep_rules() {
  (umask 027 && table_digest > "$firewall_folder/loaded.new")
  mv "$firewall_folder/loaded.new" "$firewall_folder/loaded.sha256"
  mv "$firewall_folder/rules.new" "$firewall_folder/rules.nft"
}

# Loads the rules of rules.nft again if the number of one of their users has changed, for example because the user was just
# created or removed.
refresh_users() {
  if [ ! -e "$firewall_folder/rules.nft" ] || boots_with "$firewall_folder/rules.nft"; then return 0; fi
  # During a trial, rules.nft holds the former rules.
  while systemctl is-active --quiet "$firewall_rollback.timer"; do sleep 0.5; done
  (
    lock_firewall
    if boots_with "$firewall_folder/rules.nft"; then exit 0; fi
    load_rules "$firewall_folder/rules.nft"
    keep_rules
  )
}

# Waits until no other process works on the rules, and locks them until the calling process ends.
lock_firewall() {
  # Every user who can open the file can lock it.
  (umask 077 && : >> "$firewall_folder/lock")
  chmod 600 "$firewall_folder/lock"
  exec 9>>"$firewall_folder/lock"
  flock --timeout 60 9 || {
    echo "another process has held $firewall_folder/lock for 60 s" >&2
    exit 1
  }
}

# Prints the address that this SSH connection came from, and the port of this server that it came to. Only the shell of
# sshd has them in its environment; sudo hides them from its children.
ssh_peer() {
  process=$$
  while [ "${process:-0}" -gt 1 ]; do
    connection="$(tr '\0' '\n' 2>/dev/null < "/proc/$process/environ" | sed -n 's/^SSH_CONNECTION=//p')"
    if [ "$connection" ]; then
      echo "$connection" | sed 's/%[^ ]*//g' | cut -d ' ' -f 1,4
      return
    fi
    process="$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$process/status" 2>/dev/null || true)"
  done
}
