#!/usr/bin/env bash
# Measures many connections and partitions, written and read for minutes. See README.md.
set -euo pipefail
# shellcheck source=bench/node.sh
. "$(dirname "$0")/node.sh"
out=$work/mixed.jsonl
seconds=${SECONDS_EACH:-300}
rate=${RATE:-5000}

mixed() { # SYSTEM CONNECTIONS PARTITIONS WARM-SECONDS SECONDS
  LIMIT=$(($4 + $5 + 120)) client Mixed "$1" "$(address "$1")" "${pid[$1]}" "$2" "$3" "$rate" "$4" "$5" |
    tee -a "$out"
}

prepare
for system in ${*:-kafka milena}; do
  [ -n "${KEEP:-}" ] || forget "$out" "\"system\":\"$system\""
  up "$system"
  mixed "$system" 12 6 "${WARM:-20}" "${FEW:-60}"
  mixed "$system" 200 1000 "${WARM:-20}" "$seconds"
  drop "$system"
done
"$here/report.py" "$out" "$home/docs"
