#!/bin/sh
# Stops the units of an installation that the component takes over, if preflight.sh has kept a copy of one.
#
# Usage: take-over.sh COMPONENT
# Exit codes: 0 done, or there is nothing to do; anything else: not, and standard error says why
set -eu
. ./manifest.sh
. ./adopt.sh

if is_adopted "$1"; then stop_former_units "$1"; fi
