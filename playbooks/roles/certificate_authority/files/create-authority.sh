#!/bin/sh
# Stores the key and the certificate of the authority, unless the server has one.
#
# Usage: create-authority.sh USER FOLDER < KEY AND CERTIFICATE
#   USER    owner of the data
#   FOLDER  the data folder
# Output: created=yes if the authority is new
# Exit codes: 0 the server has an authority; anything else: it has none, and standard error says why
set -eu
umask 077
user="$1" folder="$2"

# A folder with another owner was kept by an uninstallation, or is empty.
if [ -s "$folder/key.pem" ] && [ -s "$folder/certificate.pem" ]; then
  chown -R "$user:$user" "$folder"
  exit 0
fi
(umask 022 && mkdir -p "${folder%/*}")
rm -rf "$folder.new"
mkdir "$folder.new"
cd "$folder.new"
sed -n '/^-----BEGIN PRIVATE KEY-----$/,/^-----END PRIVATE KEY-----$/w key.pem
/^-----BEGIN CERTIFICATE-----$/,/^-----END CERTIFICATE-----$/w certificate.pem'
if [ ! -s key.pem ] || [ ! -s certificate.pem ]; then
  echo "the key or the certificate is incomplete" >&2
  exit 1
fi
chown -R "$user:$user" .
sync key.pem certificate.pem
rm -rf "$folder"
mv "$folder.new" "$folder"
echo created=yes
