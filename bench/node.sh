# Sourced by the scripts that measure one node of each system: how to start, watch and stop them.
# shellcheck shell=bash
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/.." && pwd)
work=${BENCH_DIR:-/tmp/milena-bench}
libs=${KAFKA_LIBS:-$work/kafka-libs}
heap=${HEAP:-1g}
declare -A port=([milena]=${MILENA_PORT:-29092} [kafka]=${KAFKA_PORT:-29192})
declare -A pid=([milena]=${MILENA_PID:-} [kafka]=${KAFKA_PID:-})
declare -A given=([milena]=${MILENA_PID:-} [kafka]=${KAFKA_PID:-})
mkdir -p "$work"

# What is measured, and with what.

prepare() {
  if ! ls "$libs"/kafka_2.13-*.jar >/dev/null 2>&1; then
    echo "Fetching Apache Kafka ..."
    mvn -q -B -f "$here/kafka/pom.xml" dependency:copy-dependencies \
      -DincludeScope=runtime -DoutputDirectory="$libs"
  fi
  if [ -f "$home/pom.xml" ] && [ ! -f "$home/target/milena.jar" ]; then
    echo "Building Milena ..."
    mvn -q -B -f "$home/pom.xml" -DskipTests package
  fi
  mkdir -p "$work/classes"
  javac -cp "$libs/*" -d "$work/classes" "$here"/*.java
}

client() { # CLASS ARGS...: a JVM of the client's side
  timeout -k 5 "${LIMIT:-300}" java -Xmx512m -Dlog4j2.configurationFile="$here/kafka/log4j2.properties" \
    -cp "$work/classes:$libs/*" "$@" 2>>"$work/clients.log"
}
tool() { local class=$1; shift; client "org.apache.kafka.tools.$class" "$@"; }
load() { client Load "$@"; }
address() { echo "127.0.0.1:${port[$1]}"; }

# Brokers.

wipe() { rm -rf "$work/data-$1"; mkdir -p "$work/data-$1"; [ "$1" = milena ] || format; }

format() {
  local controller=$((port[kafka] + 1))
  cat >"$work/kafka.properties" <<P
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://$(address kafka),CONTROLLER://127.0.0.1:$controller
controller.listener.names=CONTROLLER
log.dirs=$work/data-kafka
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
P
  client kafka.tools.StorageTool format -t NKHvVs2SRnW7cJ8rmpVDdA -c "$work/kafka.properties" >/dev/null
}

launch() { # SYSTEM
  if [ "$1" = milena ]; then
    local controller=$((port[milena] + 1))
    MILENA_HEAP=$heap nohup "$home/bin/milena" start --config "$home/application.conf" \
      --set node.id=1 --set process.roles=broker,controller \
      --set "listeners=PLAINTEXT://$(address milena),CONTROLLER://127.0.0.1:$controller" \
      --set controller.listener.names=CONTROLLER \
      --set "controller.quorum.voters=1@127.0.0.1:$controller" \
      --set "log.dirs=$work/data-milena" --set offsets.topic.replication.factor=1 \
      --set group.initial.rebalance.delay.ms=0 \
      >>"$work/milena.log" 2>&1 </dev/null &
  else
    # As bin/kafka-server-start.sh runs it.
    nohup java "-Xmx$heap" "-Xms$heap" -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 \
      -XX:InitiatingHeapOccupancyPercent=35 -XX:+ExplicitGCInvokesConcurrent -Djava.awt.headless=true \
      -Dlog4j2.configurationFile="$here/kafka/log4j2.properties" -cp "$libs/*" \
      kafka.Kafka "$work/kafka.properties" >>"$work/kafka.log" 2>&1 </dev/null &
  fi
  pid[$1]=$!
}

halt() { # SYSTEM
  local p=${pid[$1]}
  [ -n "$p" ] && [ "$p" != "${given[$1]}" ] || return 0
  kill "$p" 2>/dev/null || true
  for _ in $(seq 300); do kill -0 "$p" 2>/dev/null || break; sleep 0.1; done
  kill -9 "$p" 2>/dev/null || true
  wait "$p" 2>/dev/null || true
  pid[$1]=""
}
trap 'halt milena; halt kafka' EXIT
trap 'exit 1' INT TERM

drop() { # SYSTEM: its process at once, and its data
  [ "${pid[$1]}" = "${given[$1]}" ] || kill -9 "${pid[$1]}" 2>/dev/null || true
  halt "$1" 2>/dev/null
  rm -rf "$work/data-$1"
}

up() { # SYSTEM
  if [ -z "${pid[$1]}" ]; then
    wipe "$1"
    launch "$1"
    load first "$(address "$1")" >/dev/null
  fi
}

forget() { # FILE PATTERN: takes these rows out of the results, before they are measured anew
  [ -f "$1" ] || return 0
  grep -v -- "$2" "$1" >"$1.new" || true
  mv "$1.new" "$1"
}
