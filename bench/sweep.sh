#!/usr/bin/env bash
# Measures what a record costs as one thing grows, and draws it in docs/benchmarks.md. See README.md.
set -euo pipefail
# shellcheck source=bench/node.sh
. "$(dirname "$0")/node.sh"
out=$work/sweep.jsonl

values() { # PART
  case $1 in
    partitions) echo "${PARTITIONS:-1 10 100 1000 10000}" ;;
    connections) echo "${CONNECTIONS:-1 10 100 500 2000}" ;;
    groups) echo "${MEMBERS:-1 10 100 1000}" ;;
    batch) echo "${BATCH:-1 10 100 1000}" ;;
    *) echo "there is no part '$1'" >&2 && exit 1 ;;
  esac
}

prepare
for part in ${*:-batch connections groups partitions}; do
  list=$(values "$part")
  for system in ${SYSTEMS:-kafka milena}; do
    forget "$out" "\"system\":\"$system\",\"row\":\"sweep $part\""
    up "$system"
    # The values are a list of words.
    # shellcheck disable=SC2086
    LIMIT=400 client Sweep "$system" "$(address "$system")" "${pid[$system]}" "$part" \
      "${WARM:-12}" "${SWEEP:-4}" $list | tee -a "$out" || echo "$system: no more points of $part, see $work/clients.log"
    drop "$system"
  done
  "$here/report.py" "$out" "$home/docs"
done
