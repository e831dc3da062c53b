#!/bin/sh
# Written by cdktf-monitoring: the next deploy overwrites what is changed here.
#
# Makes sure that the firewall's rules are loaded. The unit of each component runs this script as root before it starts its
# service, so that no service listens on a port that is open to unauthorized sources.
#
# Usage: require-rules.sh
# Exit codes: 0 the rules are loaded; anything else: they cannot be loaded, and standard error says why
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin

if nft list table inet cdktf_monitoring >/dev/null 2>&1; then exit 0; fi
echo "the firewall table inet cdktf_monitoring was missing: loading its rules" >&2
exec nft --file /etc/cdktf-monitoring/firewall/rules.nft
