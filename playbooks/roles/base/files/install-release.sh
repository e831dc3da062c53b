#!/bin/sh
# Creates a component's system user, and unpacks its release archive.
#
# Usage: install-release.sh USER FOLDER SHA256 PROGRAM… < ARCHIVE
#   USER     the user, and the group of the same name
#   FOLDER   folder of the release
#   SHA256   the archive's digest, noted in FOLDER/.sha256 once all of it is unpacked
#   PROGRAM  programs of the archive, by their paths in it
# Environment:
#   FORMAT    "zip"; "tar" for a gzipped tar archive whose content is in one folder; "flat" for one without that folder
#   LEFT_OUT  patterns of files not to unpack, one per line. All other files are unpacked. If the list is empty, only the
#             programs are unpacked.
# Exit codes: 0 the release is installed; anything else: it is not, and standard error says why
set -eu
. ./create-user.sh
umask 022
. ../../firewall/files/functions.sh

user="$1" folder="$2" sha256="$3"
shift 3

# Ends the script, and says first if the disk is full. Removes the incomplete release, because services use the same disk.
fail() { # <messages of the program that failed>
  left="$(disk avail 1K)"
  cd /
  find "$folder.new" -mindepth 1 -delete
  if [ "$left" -lt 64 ]; then
    echo "the disk with $(disk target 1M) is full: $(disk avail 1M) of its $(disk size 1M) MiB are free, and the release in $folder needs more. Free space there, and deploy again" >&2
  fi
  printf '%s\n' "$1" >&2
  exit 1
}

# Prints a property of the disk with the release, in blocks of a size.
disk() { # <property> <size>
  df --output="$1" --block-size="$2" "$folder.new" | tail -n 1 | tr -d ' '
}

extract() { # <argument of tar>…
  messages="$(tar --extract --gzip --file - --no-same-owner "$@" 2>&1)" || fail "$messages"
}

# A zip archive holds one program, named after its platform. Its table of contents is at its end, so it is stored first.
unpack_zip() {
  messages="$(cat 2>&1 > .archive)" || fail "$messages"
  messages="$(python3 -m zipfile --extract .archive .unpacked 2>&1)" || fail "$messages"
  mv .unpacked/* "$1"
  rm -r .archive .unpacked
}

unpack_tar() {
  if [ "$LEFT_OUT" ]; then
    printf '%s\n' "$LEFT_OUT" > .left-out
    set -- --exclude-from=.left-out
  else
    # Replaces each program in the arguments by a pattern: adds the pattern at the end, and removes the program at the start.
    for program; do
      set -- "$@" "*/$program"
      shift
    done
  fi
  extract --strip-components 1 --wildcards "$@"
  rm -f .left-out
}

create_user "$user"
# The service must be able to connect as soon as it starts.
refresh_users
rm -rf "$folder.new"
mkdir -p "$folder.new"
cd "$folder.new"
case "$FORMAT" in
  zip) unpack_zip "$1" ;;
  flat) extract "$@" ;;
  *) unpack_tar "$@" ;;
esac
chmod 755 "$@"
# Written last, because a partly unpacked archive looks much like a complete one.
echo "$sha256" > .sha256
# Keeps a release that another archive of the same version replaces, because the service may have to go back to it.
if [ -e "$folder/.sha256" ] && [ ! -e "$folder.previous" ]; then mv "$folder" "$folder.previous"; fi
rm -rf "$folder"
mv "$folder.new" "$folder"
