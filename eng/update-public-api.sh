#!/usr/bin/env bash
# Writes what the public packages offer into their PublicAPI.Unshipped.txt.  Usage: eng/update-public-api.sh
set -euo pipefail
cd "$(dirname "$0")/.."
for project in src/Abstractions src/Ssh src/Testing; do
  printf '#nullable enable\n' >"$project/PublicAPI.Unshipped.txt"
  [ -f "$project/PublicAPI.Shipped.txt" ] || printf '#nullable enable\n' >"$project/PublicAPI.Shipped.txt"
  log=$(mktemp)
  dotnet build "$project" -nologo -v quiet --no-incremental -p:TreatWarningsAsErrors=false -p:WarningsNotAsErrors=RS0016 -p:ErrorLog="$log" >/dev/null || true
  python3 - "$log" "$project/PublicAPI.Unshipped.txt" <<'P'
import json, re, sys
runs = json.load(open(sys.argv[1], encoding="utf-8-sig"))["runs"]
found = set()
for result in (r for run in runs for r in run["results"] if r["ruleId"] == "RS0016"):
    message = result["message"]
    text = message if isinstance(message, str) else message["text"]
    found.add(re.match(r"Symbol '(.*)' is not part of the declared", text, re.S).group(1))
with open(sys.argv[2], "a", encoding="utf-8") as output:
    output.write("".join(line + "\n" for line in sorted(found)))
print(f"{sys.argv[2]}: {len(found)} symbols")
P
  rm -f "$log"
done
