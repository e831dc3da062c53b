#!/bin/sh
# Written by cdktf-monitoring: the next deploy overwrites what is changed here.
#
# Prepares a start of Grafana, as its user and in its data folder: creates the folder of the plugins and the secrets that are
# not provided, and sets a changed admin password in the database.
#
# Usage: prepare.sh DATABASE PASSWORD_FILE SECRETS GRAFANA OPTION…
#   DATABASE       sqlite or postgres
#   PASSWORD_FILE  file with the admin password
#   SECRETS        names of the secrets that are not provided, separated by commas
#   GRAFANA        the program
#   OPTION         its options
# Environment:
#   STATE_DIRECTORY  the data folder; systemd sets it
# Exit codes: 0 Grafana may start; anything else: standard error says why not
set -eu
umask 077
cd "$STATE_DIRECTORY"

database="$1" password_file="$2" secrets="$3" grafana="$4"
shift 4

# Without this folder, Grafana logs an error at each start.
mkdir -p plugins

create_secret() {
  if [ -s "$1" ]; then return 0; fi
  head -c 24 /dev/urandom | base64 | tr '+/' '-_' > "$1.new"
  mv "$1.new" "$1"
}

for secret in $(echo "$secrets" | tr ',' ' '); do
  create_secret "$secret"
done

# Grafana takes the password from its settings only for a new database.
digest="$(sha256sum < "$password_file")"
if [ "$database" != sqlite ] || [ -e grafana.db ]; then
  if [ "$(cat admin_password.sha256 2>/dev/null)" != "$digest" ]; then
    "$grafana" cli "$@" admin reset-admin-password --password-from-stdin < "$password_file"
  fi
fi
echo "$digest" > admin_password.sha256
