#!/bin/sh
# Functions that the scripts of the firewall share; a script includes this file by a line ". FILE".
#
# Environment:
#   FIREWALL_FINGERPRINT  fingerprint of the wanted rules, for firewall_is_current
# shellcheck disable=SC2034 # Not every script uses every name.

# wanted.nft holds the rules that a run asked for, rules.nft those that the server boots with, and loaded.sha256 the digest
# of the table right after rules.nft was loaded.
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

# Whether the rules with this fingerprint are loaded, now and at each boot.
firewall_is_current() {
  grep -qsxF "# Fingerprint: $FIREWALL_FINGERPRINT" "$firewall_folder/rules.nft" && table_is_intact &&
    [ -e /etc/systemd/system/sysinit.target.wants/cdktf-monitoring-firewall.service ]
}

# Whether wanted.nft is loaded.
wanted_rules_are_loaded() {
  cmp -s "$firewall_folder/wanted.nft" "$firewall_folder/rules.nft" && table_is_intact
}

# Saves the loaded rules, so that the server boots with them.
keep_rules() {
  umask 027
  table_digest > "$firewall_folder/loaded.new" && mv "$firewall_folder/loaded.new" "$firewall_folder/loaded.sha256" &&
    cp --preserve=mode "$firewall_folder/wanted.nft" "$firewall_folder/rules.new" &&
    mv "$firewall_folder/rules.new" "$firewall_folder/rules.nft"
}

# Waits until no other process works on the rules, and locks them until the calling process ends.
lock_firewall() {
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
