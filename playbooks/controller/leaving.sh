# shellcheck shell=sh
# Stops the log agent of a server that leaves, or starts it again. Run as root on the server: leaving.sh VERB OWNER
#   OWNER  the id of the owner; nothing is done on a server of another owner. Empty if no owner is recorded.
# Exit codes: 0 done, or there is nothing to do; anything else: not done
set -eu
# The caller sets the folder for files of this project, and the name of the component.
: "${state:?}" "${kind:?}"
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
verb=$1 owner=$2

[ -e "$state/components/$kind" ] && [ -e "/etc/systemd/system/$kind.service" ] || exit 0
if [ "$owner" ] && [ -e "$state/owner" ] && ! grep -qxF "id=$owner" "$state/owner"; then exit 0; fi

case "$verb" in
stop)
  # Without the marker, the next run here starts the agent again, if the server comes back.
  rm -f "$state/markers/$kind"
  systemctl --quiet is-active "$kind.service" || exit 0
  began=$(date +%s)
  # An agent that an earlier version installed may take a minute.
  if ! timeout 12 systemctl stop "$kind.service"; then
    systemctl kill --signal=KILL "$kind.service"
    systemctl stop "$kind.service"
  fi
  if systemctl --quiet is-failed "$kind.service"; then outcome=", but Loki did not accept all of its lines"; else outcome=; fi
  systemctl --quiet reset-failed "$kind.service" 2>/dev/null || true
  echo "the log agent stopped after $(($(date +%s) - began)) s$outcome"
  ;;
start) systemctl start --no-block "$kind.service" ;;
esac
