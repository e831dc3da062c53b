#!/bin/sh
# A function that creates a component's system user; a script includes this file by a line ". FILE".

# Creates a system user and the group of the same name, unless they exist.
create_user() { # <user>
  if id "$1" >/dev/null 2>&1; then return 0; fi
  if getent group "$1" >/dev/null; then group="--gid=$1"; else group=--user-group; fi
  attempts=5
  # Another run may hold the lock on /etc/passwd.
  until useradd --system "$group" --shell /usr/sbin/nologin --home-dir /nonexistent --no-create-home "$1"; do
    attempts=$((attempts - 1))
    if [ "$attempts" = 0 ]; then
      echo "the user $1 could not be created" >&2
      exit 1
    fi
    sleep 1
  done
}
