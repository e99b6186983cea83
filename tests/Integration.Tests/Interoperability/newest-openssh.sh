#!/usr/bin/env bash
# Unpacks the newest OpenSSH that Debian's package suites have beside the system's own, with the libraries that it needs, for the tests of
# interoperability. Nothing is installed.  Usage: newest-openssh.sh DIRECTORY
set -euo pipefail
target=$(realpath -m "${1:?give a directory}")
[ -x "$target/bin/ssh" ] && exit 0

work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
[ -r /etc/apt/sources.list.d/debian.sources ] || { echo "no debian.sources on this system: cannot fetch a newer OpenSSH" >&2; exit 1; }
# The system's own archive, another suite; lists of our own, so that the system's stay as they are.
awk -v RS= 'NR == 1' /etc/apt/sources.list.d/debian.sources | sed 's/^Suites:.*/Suites: sid/' >"$work/debian.sources"
apt() {
  apt-get -q -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o Dir::Etc::sourcelist="$work/debian.sources" \
    -o Dir::Etc::sourceparts=/dev/null -o APT::Sandbox::User=root "$@"
}
apt update >&2
cd "$work"
apt download openssh-client openssh-server openssh-sftp-server libc6 libedit2 libselinux1 libssl3t64 zlib1g libaudit1 libcrypt1 \
  libpam0g libwrap0 libwtmpdb0 libbsd0 libmd0 libtinfo6 libpcre2-8-0 libcap-ng0 libzstd1 >&2
mkdir -p "$target/root"
for package in *.deb; do dpkg-deb -x "$package" "$target/root"; done

# Programs run under the unpacked loader: the system's C library may be older.
loader=$(find "$target/root" -name 'ld-linux*.so.*' | head -n 1)
libraries=$(dirname "$(find "$target/root" -name 'libc.so.6' | head -n 1)")
mkdir -p "$target/bin"
for program in usr/bin/ssh usr/bin/scp usr/bin/sftp usr/bin/ssh-keygen usr/sbin/sshd usr/lib/openssh/sshd-session usr/lib/openssh/sshd-auth usr/lib/openssh/sftp-server; do
  wrapper=$target/bin/$(basename "$program")
  printf '#!/bin/sh\nexec %s --library-path %s --argv0 "$0" %s "$@"\n' "$loader" "$libraries" "$target/root/$program" >"$wrapper"
  chmod 755 "$wrapper"
done
"$target/bin/ssh" -V
