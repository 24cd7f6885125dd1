#!/usr/bin/env bash
# Measures Milena beside Apache Kafka on this machine and writes docs/benchmarks.md. See README.md.
set -euo pipefail
# shellcheck source=bench/node.sh
. "$(dirname "$0")/node.sh"
idle=${IDLE:-30}
rounds=${ROUNDS:-3}
n100=${N100:-2000000}
n1k=${N1K:-400000}
out=$work/results.jsonl
parts=${*:-start produce latency flush partitions}

# Figures.

cpu() { awk -v hz="$(getconf CLK_TCK)" '{sub(/.*\) /, ""); print ($12 + $13) / hz}' "/proc/${pid[$1]}/stat"; }
rss() { awk '/^VmRSS/ {print int($2 / 1024)}' "/proc/${pid[$1]}/status"; }
threads() { awk '/^Threads/ {print $2}' "/proc/${pid[$1]}/status"; }
calc() { awk "BEGIN {printf \"%.4g\", $1}"; }
record() { # SYSTEM ROW FIELDS
  [ -z "${WARMING:-}" ] || return 0
  echo "{\"system\":\"$1\",\"row\":\"$2\",$3}" | tee -a "$out"
}
topics() { load topics "$(address "$1")" "${@:2}"; } # SYSTEM NAMES PARTITIONS [SETTING=VALUE]
untopic() { tool TopicCommand --bootstrap-server "$(address "$1")" --delete --topic "$2" >/dev/null; }

# The systems in turn, the first one of them changing from round to round.
both() { # ROUND FUNCTION ARGS...
  local order="milena kafka"
  [ $(($1 % 2)) = 0 ] || order="kafka milena"
  for system in $order; do "$2" "$system" "${@:3}"; done
}

produce() { # SYSTEM BYTES ACKS BATCHING TOPIC
  local n=$n1k config="acks=$3" before after line rate
  [ "$2" != 100 ] || n=$n100
  [ "$4" = default ] || config="$config batch.size=262144 linger.ms=20"
  before=$(cpu "$1")
  # The configuration is a list of words.
  # shellcheck disable=SC2086
  line=$(tool ProducerPerformance --bootstrap-server "$(address "$1")" --topic "$5" --num-records "$n" \
    --record-size "$2" --throughput -1 --reporting-interval 600000 --command-property $config | tail -1)
  after=$(cpu "$1")
  rate=$(sed -E 's/.* ([0-9.]+) records\/sec.*/\1/' <<<"$line")
  record "$1" "produce $2 B, acks=$3, $4 batches" \
    "\"records_per_s\":$rate,\"cpu_s_per_gb\":$(calc "($after - $before) / ($2 * $n / 1e9)")"
}

consume() { # SYSTEM BYTES TOPIC
  local n=$n1k before after rate
  [ "$2" != 100 ] || n=$n100
  before=$(cpu "$1")
  rate=$(tool ConsumerPerformance --bootstrap-server "$(address "$1")" --topic "$3" --num-records "$n" \
    --group "bench-$RANDOM$RANDOM" --timeout 60000 --hide-header | tail -1 | awk -F', *' '{print $NF}')
  after=$(cpu "$1")
  record "$1" "consume $2 B" \
    "\"records_per_s\":$rate,\"cpu_s_per_gb\":$(calc "($after - $before) / ($2 * $n / 1e9)")"
}

round() { # NUMBER: every produce and consume case once on each system
  local name="t$RANDOM$1" names=""
  for case in {100,1024}-{default,large}-{1,all}; do names+="${names:+,}$name-$case"; done
  both "$1" topics "$names" 6
  for size in 100 1024; do
    for batching in default large; do
      for acks in 1 all; do
        both "$1" produce $size $acks $batching "$name-$size-$batching-$acks"
      done
    done
    both "$1" consume $size "$name-$size-default-all"
  done
  both "$1" untopic "$name.*"
}

part_produce() {
  up kafka; up milena
  # A JVM broker is dear until it is warm.
  for i in $(seq "${WARM:-2}"); do WARMING=1 round "$i"; done
  for i in $(seq "$rounds"); do round "$i"; done
}

probe() { # SYSTEM TOPIC
  local before after line
  before=$(cpu "$1"); line=$(load latency "$(address "$1")" "$2" 5000 1024 10 0); after=$(cpu "$1")
  record "$1" "latency 5,000/s of 1 KiB, acks=all, linger 0" "$line,\"cpu_s\":$(calc "$after - $before")"
  line=$(load latency "$(address "$1")" "$2" 5000 1024 10 5)
  record "$1" "latency 5,000/s of 1 KiB, acks=all, linger 5" "$line"
  line=$(load turn "$(address "$1")" "$2-turn" 4000 1024)
  record "$1" "end to end, one record at a time" "$line"
}

part_latency() {
  local name="latency$RANDOM"
  up kafka; up milena
  both 1 topics $name 6
  both 1 topics $name-turn 1
  for i in $(seq "${WARM:-1}"); do WARMING=1 both "$i" probe $name; done
  for i in $(seq "$rounds"); do both "$i" probe $name; done
}

flush() { # SYSTEM PARTITIONS TOPIC
  record "$1" "flush.messages=1, 100 producers, $2 partitions" "$(load flush "$(address "$1")" "$3" "$2" 100 8)"
}

part_flush() {
  local name="flush$RANDOM"
  up kafka; up milena
  for n in 1 100; do
    both 1 topics "$name-$n" $n flush.messages=1
    WARMING=1 both 1 flush $n "$name-$n"
    for i in $(seq "$rounds"); do both "$i" flush $n "$name-$n"; done
  done
}

started() { # SYSTEM
  local line
  halt "$1"; wipe "$1"
  local t0; t0=$(date +%s%N)
  launch "$1"
  line=$(load first "$(address "$1")" "$t0")
  local used; used=$(cpu "$1")
  sleep 10
  record "$1" start "$line,\"cpu_s\":$(calc "$used"),\"rss_mib\":$(rss "$1"),\"threads\":$(threads "$1")"
}

part_start() {
  for i in $(seq "$rounds"); do both "$i" started; done
}

idle() { # SYSTEM PARTITIONS
  local before
  sleep 10; before=$(cpu "$1"); sleep "$idle"
  record "$1" "idle with $2 more partitions" \
    "\"rss_mib\":$(rss "$1"),\"cpu_s_per_min\":$(calc "($(cpu "$1") - $before) * 60 / $idle")"
}

part_partitions() {
  both 1 halt
  for system in kafka milena; do
    up $system
    idle $system 0
    record $system "create 1,000 partitions" "$(load create "$(address $system)" a 1 1000)"
    idle $system 1000
    record $system "create 5,000 partitions" "$(load create "$(address $system)" b 5 1000)"
    idle $system 6000
    halt $system
  done
}

prepare
[ -n "${KEEP:-}" ] || rm -f "$out"
for part in $parts; do "part_$part"; done
[ ! -f "$out" ] || "$here/report.py" "$out" "$home/docs"
