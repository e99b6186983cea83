#!/usr/bin/env bash
# Publishes dist/: teleport, tctl, tsh, teleport-spawn, teleport-files and plugins/, and packs an archive of it into out/.
# Usage: ./build.sh [--no-native]
set -euo pipefail
cd "$(dirname "$0")"

native=yes
for argument in "$@"; do
  case "$argument" in
    --no-native) native=no ;;
    *) echo "error: unknown argument $argument; usage: ./build.sh [--no-native]" >&2; exit 1 ;;
  esac
done

command -v dotnet >/dev/null || { echo "error: the .NET 10 SDK is missing; get it from https://dot.net" >&2; exit 1; }
case "$(uname -m)" in
  x86_64) rid=linux-x64 ;;
  aarch64 | arm64) rid=linux-arm64 ;;
  *) echo "error: the processor $(uname -m) is not supported; x86_64 and aarch64 are" >&2; exit 1 ;;
esac

dist=$PWD/dist
log=$(mktemp)
trap 'rm -f "$log"' EXIT
rm -rf "$dist"
mkdir -p "$dist" out

# publish PROJECT FOLDER [PROPERTY...]: quiet unless it fails.
publish() {
  local project=$1 folder=$2
  shift 2
  dotnet publish "$project" -c Release -r "$rid" -o "$folder" -nologo -v quiet -p:DebugType=none -p:GenerateDocumentationFile=false \
    -p:RunAnalyzers=false -p:NuGetLockFilePath=obj/publish.lock.json "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}

# What a native command needs beside the SDK: a C linker, and zlib to link to.
missing_for_native() {
  local linker
  linker=$(command -v clang || command -v gcc || true)
  if [ -z "$linker" ]; then
    echo "a C linker (clang or gcc)"
  elif ! echo 'int main(void) { return 0; }' | "$linker" -x c - -lz -o /dev/null 2>/dev/null; then
    echo "the development files of zlib or the C library"
  fi
}

if [ "$native" = yes ]; then
  missing=$(missing_for_native)
  if [ -n "$missing" ]; then
    native=no
    echo "note: native commands need $missing. Get it by:"
    echo "  Debian, Ubuntu  apt-get install clang zlib1g-dev"
    echo "  Fedora          dnf install clang zlib-devel"
    echo "  Alpine          apk add clang build-base zlib-dev"
    echo "note: tsh, tctl, teleport-spawn and teleport-files will run on the installed .NET runtime instead, and start more slowly."
  fi
fi

# A command that runs on the installed runtime: its files in a folder of their own, and a script that starts it.
publish_managed() {
  local project=$1 name=$2
  publish "$project" "$dist/lib/$name" --self-contained false -p:PublishAot=false -p:PublishReadyToRun=true -p:PublishReadyToRunShowWarnings=false
  printf '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/lib/%s/%s" "$@"\n' "$name" "$name" >"$dist/$name"
  chmod 755 "$dist/$name"
}

publish_native() {
  local project=$1 name=$2
  local folder
  folder=$(mktemp -d)
  publish "$project" "$folder" -p:PublishAot=true -p:SelfContained=true -p:StripSymbols=true
  install -m 755 "$folder/$name" "$dist/$name"
  rm -rf "$folder"
}

step() { printf '%s\n' "$*"; }

# Before the commands: a folder "tsh" of the build's output must not be taken for the command.
step "teleport (ReadyToRun)"
publish src/Host "$dist" --self-contained false -p:PublishReadyToRun=true

for project in plugins/* access-plugins/*; do
  [ -d "$project" ] || continue
  file=$(echo "$project"/*.csproj)
  name=$(basename "$file" .csproj)
  step "plugins/${name#Teleport.}"
  publish "$file" "$dist/plugins/${name#Teleport.}" --self-contained false -p:PublishReadyToRun=true
done

for pair in src/Spawn:teleport-spawn src/FileServer:teleport-files src/Tsh:tsh src/Tctl:tctl; do
  project=${pair%%:*} name=${pair##*:}
  if [ "$native" = yes ]; then
    step "$name (native)"
    if publish_native "$project" "$name"; then continue; fi
    echo "note: the native build of $name failed, as shown above; it will run on the installed .NET runtime instead" >&2
  else
    step "$name"
  fi
  publish_managed "$project" "$name"
done

version=$("$dist/teleport" version | sed -n 's/^Teleport v\([^ ]*\).*/\1/p')
archive=out/teleport-$version-$rid.tar.gz
tar -C "$dist" --owner=0 --group=0 --numeric-owner --sort=name -czf "$archive" .
step "dist/ is ready: export PATH=\$PWD/dist:\$PATH"
step "archive: $archive ($(du -h "$archive" | cut -f1))"
