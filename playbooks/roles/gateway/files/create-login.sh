#!/bin/sh
# Creates the technicians' login: their user name and the hash of their password, as Caddy reads it. Creates the password
# too, unless it is provided.
#
# Usage: create-login.sh PASSWORD LOGIN CADDY PROVIDED
#   PASSWORD  file with the password
#   LOGIN     file for the login
#   CADDY     the program that computes the hash
#   PROVIDED  "yes" if the password is provided
# Output: "changed" if the login changed
# Exit codes: 0 the login fits the password; anything else: standard error contains the reason
set -eu
umask 077

password="$1" login="$2" caddy="$3" provided="$4"

if [ "$provided" != yes ] && ! [ -s "$password" ]; then
  head -c 18 /dev/urandom | base64 | tr '+/' '-_' >"$password.new"
  mv "$password.new" "$password"
fi

# The hash has a random salt, so only a digest tells whether the password changed.
digest="$(sha256sum <"$password")"
if [ -s "$login" ] && [ "$(cat "$login.sha256" 2>/dev/null)" = "$digest" ]; then exit 0; fi

# bcrypt reads at most 72 bytes. Caddy remembers passwords that it has checked, so the cost applies to the first request only.
hash="$({ cat "$password"; echo; } | "$caddy" hash-password --algorithm bcrypt --bcrypt-cost 12)"
echo "technician $hash" >"$login.new"
chgrp gateway "$login.new"
chmod 0640 "$login.new"
mv "$login.new" "$login"
echo "$digest" >"$login.sha256"
echo changed
