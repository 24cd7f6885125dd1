#!/usr/bin/env bash
# Measures producers alone and beside a consumer that reads old data from disk. See README.md.
set -euo pipefail
# shellcheck source=bench/node.sh
. "$(dirname "$0")/node.sh"
out=$work/olddata.jsonl

old() { # SYSTEM ARGS...
  client OldData "$1" "$(address "$1")" "${pid[$1]}" "${@:2}"
}

prepare
for system in ${*:-kafka milena}; do
  [ -n "${KEEP:-}" ] || forget "$out" "\"system\":\"$system\""
  up "$system"
  old "$system" fill "${MIB:-4096}"
  old "$system" alone "${WARM:-15}" 1 >/dev/null
  for _ in $(seq "${ROUNDS:-3}"); do
    for case in alone beside; do
      python3 "$here/uncache.py" "$work/data-$system" old-
      old "$system" $case 3 "${SECONDS_EACH:-8}" | tee -a "$out"
    done
  done
  drop "$system"
done
"$here/report.py" "$out" "$home/docs"
