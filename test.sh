#!/usr/bin/env bash
# Builds everything and runs all tests.  Usage: ./test.sh [--all] [--yes] [--filter PROJECT]
#   --all      also what takes long: native command lines, long fuzzing, the heavy peers
#   --yes      install missing peers without asking (as root in CI this is the default)
#   --filter   only test projects whose name contains PROJECT
set -euo pipefail
cd "$(dirname "$0")"

all=no yes=${CI:+yes} filter=
while [ $# -gt 0 ]; do
  case $1 in
    --all) all=yes ;;
    --yes) yes=yes ;;
    --filter) filter=${2:?--filter needs a name}; shift ;;
    *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 1 ;;
  esac
  shift
done

command -v dotnet >/dev/null || {
  echo "error: the .NET 10 SDK is not on the PATH. Get it from https://dot.net/download" >&2
  exit 1
}

# Peers: real clients and servers that the tests talk to. A test whose peer is absent is skipped and says so.
missing=()
need() { command -v "$1" >/dev/null || [ -x "${3:-/nonexistent}" ] || missing+=("$2"); }
need ssh openssh-client
need sshd openssh-server /usr/sbin/sshd
need sftp-server openssh-sftp-server /usr/lib/openssh/sftp-server
need rsync rsync
need git git
need vim vim-tiny /usr/bin/vim.tiny
need script bsdutils
need puttygen putty-tools
need ps procps
if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null; then
    echo "Tests that need these will be skipped: ${missing[*]}" >&2
  elif [ "$(id -u)" = 0 ] && { [ "$yes" = yes ] || { [ -t 0 ] && read -r -p "Install ${missing[*]} with apt-get? [y/N] " a && [ "$a" = y ]; }; }; then
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -q && apt-get install -y -q --no-install-recommends "${missing[@]}"; } >&2 ||
      echo "Installing failed; tests that need ${missing[*]} will be skipped." >&2
  else
    echo "Tests that need these will be skipped: ${missing[*]} (install them, or run: sudo ./test.sh --yes)" >&2
  fi
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build Teleport.sln -nologo -v quiet -maxcpucount

if [ $all = yes ]; then
  tests/Integration.Tests/Interoperability/newest-openssh.sh "${TELEPORT_TEST_PEERS:-$HOME/.cache/teleport-tests}/openssh-newest" >&2 ||
    echo "Tests with the newest OpenSSH will be skipped." >&2
  export TELEPORT_TESTS_ALL=1
  ./build.sh
fi

log=$(mktemp) && trap 'rm -f "$log"' EXIT
status=0
passed=0 failed=0 skipped=0
for project in tests/*/*.Tests.csproj; do
  name=$(basename "$project" .csproj)
  case $name in *"$filter"*) ;; *) continue ;; esac
  # The test programs run as what they are; each prints its own summary.
  program=$(ls -d "$(dirname "$project")"/bin/Debug/net10.0/*/"$name" 2>/dev/null | head -n 1)
  echo "== $name"
  "$program" --no-ansi --no-progress >"$log" 2>&1 && code=0 || code=$?
  count() { sed -nE "s/^ +$1: ([0-9]+).*/\1/p" "$log" | tail -n 1; }
  p=$(count succeeded) f=$(count failed) s=$(count skipped)
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
  if [ $code -ne 0 ]; then
    status=1
    [ "${f:-0}" -gt 0 ] || failed=$((failed + 1))
    tail -n 200 "$log"
  else
    grep -E "^skipped |^ +skipped: [1-9]" "$log" || true
    echo "   ${p:-0} passed"
  fi
done
echo
echo "$passed passed, $failed failed, $skipped skipped"
exit $status
