#!/bin/sh
# Creates the user that owns the authority's data. By the owner, a move tells complete data from a copy that was interrupted.
#
# Usage: create-owner.sh USER
# Exit codes: 0 the user exists; anything else: it does not, and standard error says why
set -eu
. ../../base/files/create-user.sh
create_user "$1"
