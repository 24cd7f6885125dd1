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
pids=()
mkdir -p "$work"

if ! ls "$libs"/kafka_2.13-*.jar >/dev/null 2>&1; then
  echo "Fetching Apache Kafka ..."
  mvn -q -B -f "$here/kafka/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$libs"
fi
mkdir -p "$work/classes"
javac -cp "$libs/*" -d "$work/classes" "$here"/Steady.java

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
  echo "warm:${WARM:-40}"
  for bytes in 100 1024; do
    for batching in default large; do echo "produce:$bytes:all:$batching:$seconds"; done
  done
  echo "produce:100:1:default:$seconds latency:0:$seconds latency:5:$seconds"
  echo "consume:100:1500000 consume:1024:250000"
}

measure() { # SYSTEM
  local i servers=""
  rm -rf "$work/data"
  for i in 1 2 3; do
    launch "$1" $i
    servers+="${servers:+,}127.0.0.1:$((base + i))"
  done
  # The loads are a list of words.
  # shellcheck disable=SC2046
  client Steady "$1" "$servers" "${pids[*]}" $(loads) | tee -a "$out"
  halt
}

[ -n "${KEEP:-}" ] || rm -f "$out"
for _ in $(seq "$rounds"); do
  for system in ${SYSTEMS:-kafka milena}; do measure "$system"; done
done
"$here/report.py" "$out" "$home/docs"
