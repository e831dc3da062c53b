#!/bin/sh
# Loads the rules in wanted.nft, unless they are loaded.
#
# Usage: load-rules.sh [SECONDS]
#   SECONDS  put the rules on trial: systemd restores the former rules after that time, unless confirm-rules.sh runs before.
#            Without it the rules are kept at once.
# Output:
#   trial=yes     the trial has begun
#   replaced=yes  the rules were loaded
# Exit codes: 0 the rules are loaded; 1 they are not, and standard error says why
set -eu
. ./functions.sh

lock_firewall
if wanted_rules_are_loaded; then
  # Restores the modes of the files, which are those of keep_rules.
  for file in "$firewall_folder/rules.nft" "$firewall_folder/loaded.sha256"; do restore_mode 640 "$file"; done
  exit 0
fi
if [ $# -gt 0 ]; then
  systemctl stop "$firewall_rollback.timer" "$firewall_rollback.service" 2>/dev/null || true
  # A systemd timer restores the former rules, even if this connection is cut off.
  systemd-run --quiet --collect --unit="$firewall_rollback" --on-active="$1" --timer-property=AccuracySec=1s \
    /usr/bin/flock "$firewall_folder/lock" /bin/sh -c \
    "/usr/sbin/nft --file $firewall_folder/rules.nft || /usr/sbin/nft delete table inet cdktf_monitoring; rm -f $firewall_folder/rules.new"
  echo trial=yes
  load_rules "$firewall_folder/wanted.nft"
else
  load_rules "$firewall_folder/wanted.nft"
  keep_rules
fi
echo replaced=yes
