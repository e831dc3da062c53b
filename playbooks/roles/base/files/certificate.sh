#!/bin/sh
# Functions about a component's certificate; a script includes this file by a line ". FILE", after manifest.sh.
# shellcheck disable=SC2154 # manifest.sh sets monitoring_folder.

# Prints the certificate of a component and those of the authorities that it trusts in base64, if the component can use them.
report_certificate() { # <component>
  folder="$monitoring_folder/tls/$1"
  if [ ! -s "$folder/key.pem" ] || [ ! -s "$folder/certificate.pem" ] || [ ! -s "$folder/authority.pem" ]; then return 0; fi
  echo "certificate=$(base64 -w 0 "$folder/certificate.pem")"
  echo "authority=$(base64 -w 0 "$folder/authority.pem")"
}

# Whether a component's certificate was issued so long ago that it must be replaced: 60 days before its end after 365 days.
certificate_is_due() { # <component>
  [ "$(find "$monitoring_folder/tls/$1/certificate.pem" -mtime +304 2>/dev/null)" ]
}
