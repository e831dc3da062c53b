# Lets the log agent read what its sources need, and nothing else any more; says what it changed, and what there is.
# Before it are set: user, config, targets, list (where it notes what is open), check (not empty: change nothing), and as
# arguments, five for each path: its folder, and regular expressions for what is below it: folders that are listed, folders
# that are only passed, files, and files that are left out.
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin user check

# Gives the user an entry for files here, or takes it away (""). Others get nothing: a mask that keeps rights from them stays.
entry='
permissions="$1"
shift
entries() { getfacl --access --absolute-names --omit-header --physical -- "$@" 2>/dev/null; }
[ "$permissions" ] || entries "$@" | grep -q "^user:$user:" || exit 0
for file; do
  before="$(entries "$file")"
  [ "$before" ] || continue # A link.
  mine="$(printf "%s\n" "$before" | grep "^user:$user:")"
  others="$(printf "%s\n" "$before" | grep -v "^user:$user:")"
  case "$others" in *"#effective:"*) mask=--no-mask ;; *) mask=--mask ;; esac
  if [ "$permissions" ]; then
    case "$mine" in "user:$user:$permissions" | "user:$user:r-x") continue ;; esac
    set -- --modify "user:$user:$permissions"
  else
    [ "$mine" ] || continue
    set -- --remove "user:$user"
  fi
  if [ ! "$check" ]; then
    setfacl --physical "$mask" "$@" -- "$file" || exit 1
    if [ "$1$mask" = --remove--mask ] && ! printf "%s\n" "$others" | grep -qE "^(user|group):[^:]"; then
      setfacl --physical --no-mask --remove mask -- "$file" || exit 1
    fi
    [ "$before" != "$(entries "$file")" ] || continue
  fi
  echo "changed=$PWD/$file"
done
'

# Goes to a path's folder; where links lead there, only by root's and by those of the folder's owner.
enter() {
  cd -P -- "$1" 2>/dev/null || { echo "absent=$1"; return 1; }
  owner="$(stat -c %u .)" part="$1" links=
  while [ "$part" ]; do
    if [ -L "$part" ]; then
      case "$(stat -c %u -- "$part")" in 0 | "$owner") links=yes ;; *) echo "foreign=$1"; return 1 ;; esac
    fi
    part="${part%/*}"
  done
  [ "$links" ] || [ "$(pwd -P)" = "$1" ]
}

# What a path needs, as the list has it: "tree", its folder and the rest; "folder" and each one above that is closed to others.
needs() (
  enter "$1" >/dev/null || exit 0
  real="$(pwd -P)" given="$1"
  shift
  printf 'tree\t%s\t%s\n' "$real" "$*"
  for part in "$given" "$real"; do
    while part="${part%/*}" && [ "$part" ]; do
      case "$(stat -L -c %A -- "$part")" in *[xt]) ;; *) printf 'folder\t%s\n' "$(readlink -f -- "$part")" ;; esac
    done
  done
)

open_tree() (
  enter "$1" || exit 0
  listed="\./($2)" passed="\./($3)" files="\./($4)" except="\./($5)"
  find . -regextype posix-extended -type d \( \
    \( -path . -o -regex "$listed" \) -execdir sh -c "$entry" sh r-x {} + \
    -o -regex "$passed" -execdir sh -c "$entry" sh --x {} + -o -prune \) || exit 1
  # Of the files only those that it cannot read.
  set -- find . -regextype posix-extended -type d ! -path . ! -regex "$listed" ! -regex "$passed" -prune \
    -o -type f -regex "$files" ! -regex "$except"
  as_user="setpriv --reuid $user --regid $(id -g "$user") --groups adm"
  "$@" -print0 | $as_user xargs --null --no-run-if-empty sh -c 'for file; do [ -r "$file" ] || exit 1; done' sh 2>/dev/null ||
    as_user="$as_user" "$@" -execdir sh -c '
      for file; do $as_user test -r "$file" || sh -c "$0" sh r-- "$file" || exit 1; done' "$entry" {} +
)

# Once more in the folder that was noted; what is another by now is left alone.
again() { # <folder> <command>...
  [ "$(cd -P -- "$1" 2>/dev/null && pwd -P)" = "$1" ] || return 0
  (cd -P -- "$1" && shift && "$@")
}

note() { # <lines>
  [ -e "$list" ] && [ "$(cat "$list")" = "$1" ] && return
  [ ! "$check" ] || return 0
  [ "$1" ] || { rm -f "$list"; return; }
  (umask 077 && printf '%s\n' "$1" > "$list.new") && mv "$list.new" "$list"
}

wanted="$(while [ $# -gt 0 ]; do needs "$1" "$2" "$3" "$4" "$5" && shift 5; done | sort -u)"
noted="$(cat "$list" 2>/dev/null)"
note "$(printf '%s\n' "$noted" "$wanted" | sed '/^$/d' | sort -u)" || exit 1
printf '%s\n' "$noted" | while IFS="$(printf '\t')" read -r kind folder rest; do
  printf '%s\n' "$wanted" | grep -qxF -- "$kind	$folder${rest:+	$rest}" && continue
  case "$kind" in
    tree) again "$folder" find . -execdir sh -c "$entry" sh "" {} + ;;
    folder) again "$folder" sh -c "$entry" sh "" . ;;
  esac || exit 1
done || exit 1
printf '%s\n' "$wanted" | while IFS="$(printf '\t')" read -r kind folder rest; do
  [ "$kind" != folder ] || again "$folder" sh -c "$entry" sh --x . || exit 1
done || exit 1
while [ $# -gt 0 ]; do
  open_tree "$1" "$2" "$3" "$4" "$5" || exit 1
  shift 5
done
note "$(printf '%s\n' "$wanted" | sed '/^$/d' | sort -u)" || exit 1

for journal in /run/log/journal/* /var/log/journal/*; do
  [ ! -d "$journal" ] || echo "journal=yes"
done
for file in "$targets"/*.yml; do
  [ -f "$file" ] && grep -q '^# Written by cdktf-monitoring:' "$file" && echo "ours=$file"
done
for file in "$config"/*; do
  [ ! -f "$file" ] || echo "ours=$file"
done
exit 0
