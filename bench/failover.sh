#!/usr/bin/env bash
# What faults of a broker cost a producer, on Milena and on Apache Kafka: failover.sh [FAULT...].
# See README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home=$(cd "$here/.." && pwd)
work=${BENCH_DIR:-/tmp/milena-bench}/failover
libs=${KAFKA_LIBS:-${BENCH_DIR:-/tmp/milena-bench}/kafka-libs}
heap=${HEAP:-512m}
out=$work/results.jsonl
bridge=mlnf
net=10.212.${FAILOVER_NET:-7}
faults=${*:-kill-leader term-leader stop-leader cut-leader stop-follower cut-follower}
declare -A pid=()
mkdir -p "$work/classes"

if ! ls "$libs"/kafka_2.13-*.jar >/dev/null 2>&1; then
  echo "Fetching Apache Kafka ..."
  mvn -q -B -f "$here/kafka/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$libs"
fi
javac -cp "$libs/*" -d "$work/classes" "$here"/Failover.java

client() { # CLASS ARGS...
  timeout -k 5 "${LIMIT:-300}" java -Xmx256m \
    -Dlog4j2.configurationFile="$here/kafka/log4j2.properties" \
    -cp "$work/classes:$libs/*" "$@" 2>>"$work/clients.log"
}

# A network of its own for each node. Hardware addresses are fixed on all sides, so that who is cut
# off hears nothing at all, not even that it can't be reached.

hardware() { printf '02:00:00:00:02:%02x' "$1"; }
inside() { local node=$1; shift; ip netns exec "$bridge-$node" "$@"; }

plug() {
  ip link add $bridge type bridge
  ip link set $bridge address "$(hardware 0)" up
  ip addr add "$net.10/24" dev $bridge
  local node other
  for node in 1 2 3; do
    ip netns add $bridge-$node
    ip link add $bridge$node type veth peer name eth0 netns $bridge-$node
    ip link set $bridge$node master $bridge up
    inside $node ip link set lo up
    inside $node ip link set eth0 address "$(hardware $node)" up
    inside $node ip addr add "$net.1$node/24" dev eth0
    ip neigh replace "$net.1$node" lladdr "$(hardware $node)" nud permanent dev $bridge
  done
  for node in 1 2 3; do
    for other in 0 1 2 3; do
      [ $node = $other ] || inside $node \
        ip neigh replace "$net.1$other" lladdr "$(hardware $other)" nud permanent dev eth0
    done
  done
}

unplug() {
  local node
  for node in 1 2 3; do
    ip netns del $bridge-$node 2>/dev/null || true
    ip link del $bridge$node 2>/dev/null || true # the kernel may keep it for a while otherwise
  done
  ip link del $bridge 2>/dev/null || true
}

settings() { # NODE: what both systems are told
  cat <<P
process.roles=broker,controller
node.id=$1
controller.quorum.voters=1@$net.11:9093,2@$net.12:9093,3@$net.13:9093
listeners=PLAINTEXT://$net.1$1:9092,CONTROLLER://$net.1$1:9093
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=$work/data/$1
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
    MILENA_HEAP=$heap nohup ip netns exec "$bridge-$2" "$home/bin/milena" start \
      --config "$config" >>"$work/milena-$2.log" 2>&1 </dev/null &
  else
    printf 'share.coordinator.state.topic.%s\n' replication.factor=3 min.isr=2 >>"$config"
    client kafka.tools.StorageTool format -g -t NKHvVs2SRnW7cJ8rmpVDdA -c "$config" >/dev/null
    nohup ip netns exec "$bridge-$2" java "-Xmx$heap" "-Xms$heap" -server -XX:+UseG1GC \
      -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 \
      -XX:+ExplicitGCInvokesConcurrent -Djava.awt.headless=true \
      -Dlog4j2.configurationFile="$here/kafka/log4j2.properties" \
      -cp "$libs/*" kafka.Kafka "$config" >>"$work/kafka-$2.log" 2>&1 </dev/null &
  fi
  pid[$2]=$!
  disown $!
}

halt() {
  local p
  for p in "${pid[@]}"; do kill -9 "$p" 2>/dev/null || true; done
  pid=()
  rm -rf "$work/data"
}
trap "halt; unplug" EXIT
trap 'exit 1' INT TERM

measure() { # SYSTEM
  local fault node line victim servers="1=$net.11:9092,2=$net.12:9092,3=$net.13:9092"
  for node in 1 2 3; do launch "$1" $node; done
  for fault in $faults; do
    for _ in $(seq "${RUNS:-5}"); do
      line=$(client Failover "$1" $servers "1=${pid[1]},2=${pid[2]},3=${pid[3]}" $bridge "$fault")
      echo "$line" | tee -a "$out"
      case $fault in
        kill-* | term-*)
          victim=$(sed 's/.*"victim":\([0-9]*\).*/\1/' <<<"$line")
          for _ in $(seq 100); do gone "$victim" && break; sleep 0.2; done
          launch "$1" "$victim"
          ;;
      esac
    done
  done
  halt
}

gone() { # NODE
  ! kill -0 "${pid[$1]}" 2>/dev/null
}

unplug
plug
[ -n "${KEEP:-}" ] || rm -f "$out"
for system in ${SYSTEMS:-kafka milena}; do measure "$system"; done
"$here/failover.py" "$out"
