#!/usr/bin/env bash
# Measures sessions of ours against OpenSSH through an OpenSSH jump host, interleaved.  Usage: bench/run.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x dist/teleport ] || ./build.sh
dotnet build bench/Sessions -c Release -nologo -v quiet
exec bench/Sessions/bin/Release/net10.0/*/bench-sessions dist "${1:-20}"
