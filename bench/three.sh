#!/usr/bin/env bash
# Measures three nodes of Milena beside three of Apache Kafka on this machine. See README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home=$(cd "$here/.." && pwd)
work=${BENCH_DIR:-/tmp/milena-bench}/three
libs=${KAFKA_LIBS:-${BENCH_DIR:-/tmp/milena-bench}/kafka-libs}
heap=${HEAP:-1g}
seconds=${SECONDS_EACH:-5}
rounds=${ROUNDS:-1}
out=$work/results.jsonl
base=${THREE_PORT:-29300}
parts=${*:-loads flush mixed}
pids=()
servers=""
mkdir -p "$work"

if ! ls "$libs"/kafka_2.13-*.jar >/dev/null 2>&1; then
  echo "Fetching Apache Kafka ..."
  mvn -q -B -f "$here/kafka/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$libs"
fi
mkdir -p "$work/classes"
javac -cp "$libs/*" -d "$work/classes" "$here"/*.java

client() { # CLASS ARGS...
  timeout -k 5 "${LIMIT:-300}" java -Xmx512m \
    -Dlog4j2.configurationFile="$here/kafka/log4j2.properties" \
    -cp "$work/classes:$libs/*" "$@" 2>>"$work/clients.log"
}

settings() { # NODE: what both systems are told
  local node=$1 voters="" i
  for i in 1 2 3; do voters+="${voters:+,}$i@127.0.0.1:$((base + 10 + i))"; done
  cat <<P
process.roles=broker,controller
node.id=$node
controller.quorum.voters=$voters
listeners=PLAINTEXT://127.0.0.1:$((base + node)),CONTROLLER://127.0.0.1:$((base + 10 + node))
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=$work/data/$node
min.insync.replicas=2
log.segment.delete.delay.ms=1000
default.replication.factor=3
offsets.topic.replication.factor=3
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
P
}

launch() { # SYSTEM NODE
  local config=$work/server-$2.properties
  settings "$2" >"$config"
  if [ "$1" = milena ]; then
    MILENA_HEAP=$heap nohup "$home/bin/milena" start --config "$config" \
      >>"$work/milena-$2.log" 2>&1 </dev/null &
  else
    printf 'share.coordinator.state.topic.%s\n' replication.factor=3 min.isr=2 >>"$config"
    client kafka.tools.StorageTool format -t NKHvVs2SRnW7cJ8rmpVDdA -c "$config" >/dev/null
    nohup java "-Xmx$heap" "-Xms$heap" -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 \
      -XX:InitiatingHeapOccupancyPercent=35 -XX:+ExplicitGCInvokesConcurrent \
      -Djava.awt.headless=true -Dlog4j2.configurationFile="$here/kafka/log4j2.properties" \
      -cp "$libs/*" kafka.Kafka "$config" >>"$work/kafka-$2.log" 2>&1 </dev/null &
  fi
  pids+=($!)
}

halt() {
  local p
  for p in "${pids[@]}"; do kill -9 "$p" 2>/dev/null || true; done
  pids=()
  rm -rf "$work/data"
}
trap halt EXIT
trap 'exit 1' INT TERM

loads() {
  local bytes batching
  echo "warm:${WARM:-40} produce:100:1:default:$seconds"
  for bytes in 100 1024; do
    for batching in default large; do echo "produce:$bytes:all:$batching:$seconds"; done
  done
  echo "latency:0:$seconds latency:5:$seconds consume:100:1500000 consume:1024:250000"
}

part_loads() { # SYSTEM
  # The loads are a list of words.
  # shellcheck disable=SC2046
  client Steady "$1" "$servers" "${pids[*]}" $(loads)
}

row() { # SYSTEM ROW LOAD ARGS...: one that Load measures, after one that is not counted
  client Load "${@:3}" >/dev/null
  echo "{\"system\":\"$1\",\"row\":\"three nodes: $2\",$(client Load "${@:3}")}"
}

part_flush() { # SYSTEM
  local n
  for n in 1 100; do
    client Load topics "$servers" "flush-$n" $n flush.messages=1
    row "$1" "flush.messages=1, 100 producers, $n partitions" flush "$servers" "flush-$n" $n 100 8
  done
  client Load topics "$servers" turn 1
  row "$1" "end to end, one record at a time" turn "$servers" turn 4000 1024
}

part_mixed() { # SYSTEM
  local warm=${WARM:-20} few=${FEW:-60} many=${MIXED_SECONDS:-300}
  client Mixed "$1" "$servers" "${pids[*]}" 12 6 "${RATE:-5000}" "$warm" "$few"
  LIMIT=$((warm + many + 120)) \
    client Mixed "$1" "$servers" "${pids[*]}" 200 1000 "${RATE:-5000}" "$warm" "$many"
}

measure() { # SYSTEM
  local i part
  rm -rf "$work/data"
  servers=""
  for i in 1 2 3; do
    launch "$1" $i
    servers+="${servers:+,}127.0.0.1:$((base + i))"
  done
  client Steady "$1" "$servers" "${pids[*]}"
  for part in $parts; do "part_$part" "$1" | tee -a "$out"; done
  halt
}

[ -n "${KEEP:-}" ] || rm -f "$out"
for _ in $(seq "$rounds"); do
  for system in ${SYSTEMS:-kafka milena}; do measure "$system"; done
done
"$here/report.py" "$out" "$home/docs"
