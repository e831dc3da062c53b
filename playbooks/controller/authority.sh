# shellcheck shell=sh
# The private certificate authority on the server that keeps it, run as root: authority.sh VERB FOLDER [PHASE]. An interruption at
# any moment does no harm.
#
# A rotation replaces the authority in phases. In each phase, all components are brought to what the authority prints:
#   0  no rotation: components trust the authority that signs
#   1  components also trust the next authority, which does not sign yet        (next.pem exists)
#   2  the next authority signs, and components still trust the former one      (former.pem exists)
#   3  components no longer trust the former authority                          (retired.pem exists)
#
# Output: phase=PHASE, the key for the verb "read", the certificate of the authority that signs, and the certificates of the
# authorities that components trust
set -eu
umask 077
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
verb=$1
cd "$2"
exec 9< .
flock 9

# Puts a file in place that is complete on the disk.
put() { # NAME
  chown --reference=. "$1.new"
  sync "$1.new"
  mv "$1.new" "$1"
}
certificate_of() { sed -n '/^-----BEGIN CERTIFICATE-----$/,/^-----END CERTIFICATE-----$/p' "$1"; }
key_of() { sed -n '/^-----BEGIN PRIVATE KEY-----$/,/^-----END PRIVATE KEY-----$/p' "$1"; }
# Lets the next authority sign. While both files exist, an interrupted attempt is repeated before anything else.
switch() {
  key_of next.pem > key.pem.new
  certificate_of next.pem > certificate.pem.new
  put key.pem
  put certificate.pem
  rm next.pem
}
phase() {
  if [ -e retired.pem ]; then echo 3; elif [ -e former.pem ]; then echo 2; elif [ -e next.pem ]; then echo 1; else echo 0; fi
}
trusted() {
  if [ -e former.pem ]; then cat former.pem; fi
  cat certificate.pem
  if [ -e next.pem ]; then certificate_of next.pem; fi
}
advance() {
  case "$1" in
  0)
    cat > next.pem.new
    if [ ! "$(key_of next.pem.new)" ] || [ ! "$(certificate_of next.pem.new)" ]; then
      echo "the key or the certificate of the next authority is incomplete" >&2
      exit 1
    fi
    put next.pem
    ;;
  1)
    cat certificate.pem > former.pem.new
    put former.pem
    switch
    ;;
  2) mv former.pem retired.pem ;;
  3) rm retired.pem ;;
  esac
}

if [ ! -s key.pem ] || [ ! -s certificate.pem ]; then
  echo "its key or its certificate is missing" >&2
  exit 1
fi
if [ -e next.pem ] && [ -e former.pem ]; then switch; fi
# Only from the given phase, so that a repeated call does not skip a phase.
if [ "$verb" = advance ] && [ "$(phase)" = "$3" ]; then
  advance "$3"
  sync .
fi
echo "phase=$(phase)"
if [ "$verb" = read ]; then cat key.pem; fi
cat certificate.pem
trusted
