#!/bin/sh
# Creates the system user of a user-provided component before its playbook, so that the service can read its key and connect as
# soon as the playbook starts it. The user stays on the server like everything that the playbook installs.
#
# Usage: create-key-user.sh USER
#   USER  the user, and the group of the same name
# Exit codes: 0 the user exists; anything else: it does not, and standard error says why
set -eu
. ./create-user.sh
. ../../firewall/files/functions.sh
create_user "$1"
refresh_users
