#!/usr/bin/env bash
# Measures ours against OpenSSH through an OpenSSH jump host, interleaved, on loopback.
# Usage: bench/run.sh [ROUNDS] [sessions|throughput|transfers|terminal|distance|memory ...]     20 rounds of all unless told
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x dist/teleport ] || ./build.sh
dotnet build bench/Gateway -c Release -nologo -v quiet
exec bench/Gateway/bin/Release/net10.0/*/bench-gateway dist "$@"
