package milena.common.config;

import static milena.common.config.Setting.integer;
import static milena.common.config.Setting.list;
import static milena.common.config.Setting.text;
import static milena.common.config.Setting.type;
import static milena.common.config.Setting.wide;

import java.util.List;

/** Connections, requests, fetches, and what is measured of them. */
final class NetworkSettings {
  private static final String THREADS =
      "event loops and dispatchers take their size from the cores";
  private static final String PARKED = "a waiting request is watched by its partitions, not swept";
  private static final String QUOTAS = "quotas are not served yet";
  private static final String DIALS = "this node opens no connections in Kafka's protocol yet";
  private static final String METRICS = "metrics are not served yet";

  private NetworkSettings() {}

  static List<Setting> all() {
    return List.of(
        integer("socket.send.buffer.bytes", 102_400)
            .high()
            .doc("The kernel's send buffer of a connection; unsaid or -1, the system sizes it."),
        integer("socket.receive.buffer.bytes", 102_400)
            .high()
            .doc("The kernel's receive buffer of a connection; -1 leaves it to the system."),
        integer("socket.request.max.bytes", 104_857_600)
            .atLeast(1)
            .high()
            .doc("The largest request that is read; a larger one closes its connection."),
        integer("socket.listen.backlog.size", 50)
            .atLeast(1)
            .doc("How many connections may wait to be accepted."),
        wide("socket.connection.setup.timeout.ms", 10_000L)
            .idle(DIALS)
            .doc("How long this node waits for a connection that it opens."),
        wide("socket.connection.setup.timeout.max.ms", 30_000L)
            .idle(DIALS)
            .doc("The longest such wait after repeated failures."),
        integer("max.connections", Integer.MAX_VALUE)
            .atLeast(0)
            .clusterWide()
            .doc("How many connections the broker holds at a time."),
        integer("max.connections.per.ip", Integer.MAX_VALUE)
            .atLeast(0)
            .clusterWide()
            .doc("How many connections the broker holds from one address."),
        text("max.connections.per.ip.overrides", "")
            .clusterWide()
            .doc("Addresses with a limit of their own: host:count, with commas between."),
        integer("max.connection.creation.rate", Integer.MAX_VALUE)
            .atLeast(0)
            .clusterWide()
            .idle("connections are accepted as they come")
            .doc("How many new connections a second the broker accepts."),
        wide("connections.max.idle.ms", 600_000L)
            .doc("How long a connection may be silent before it is closed."),
        wide("connections.max.reauth.ms", 0L)
            .idle("SASL is not served yet")
            .doc("How long a SASL session lasts before it must authenticate again."),
        integer("connection.failed.authentication.delay.ms", 100)
            .atLeast(0)
            .low()
            .idle("SASL is not served yet")
            .doc("How long a connection that failed to authenticate is kept waiting."),
        wide("queued.max.request.bytes", -1L)
            .doc("Bytes of requests in work at which reading pauses; -1 lets the node choose."),
        integer("queued.max.requests", 500)
            .atLeast(1)
            .high()
            .idle("requests in work are bounded by their bytes, and for each connection")
            .doc("How many requests may be in work at which reading pauses."),
        integer("request.timeout.ms", 30_000)
            .high()
            .doc("How long a request between nodes may take."),
        integer("max.request.partition.size.limit", 2000)
            .atLeast(1)
            .doc("How many partitions one page of DescribeTopicPartitions may hold."),
        integer("fetch.max.bytes", 55 * 1024 * 1024)
            .atLeast(1024)
            .doc("The largest answer to a fetch, whatever the client asks for."),
        integer("max.incremental.fetch.session.cache.slots", 1000)
            .atLeast(0)
            .doc("How many incremental fetch sessions are kept."),
        integer("num.network.threads", 3)
            .atLeast(1)
            .clusterWide()
            .high()
            .idle(THREADS)
            .doc("Threads that read and write sockets."),
        integer("num.io.threads", 8)
            .atLeast(1)
            .clusterWide()
            .high()
            .idle(THREADS)
            .doc("Threads that work requests off."),
        integer("background.threads", 10)
            .atLeast(1)
            .clusterWide()
            .high()
            .idle(THREADS)
            .doc("Threads of the upkeep that runs on the side."),
        integer("fetch.purgatory.purge.interval.requests", 1000)
            .idle(PARKED)
            .doc("How many done fetches may lie among the waiting ones."),
        integer("producer.purgatory.purge.interval.requests", 1000)
            .idle(PARKED)
            .doc("How many done produces may lie among the waiting ones."),
        integer("delete.records.purgatory.purge.interval.requests", 1)
            .idle(PARKED)
            .doc("How many done record deletions may lie among the waiting ones."),
        integer("share.fetch.purgatory.purge.interval.requests", 1000)
            .idle(PARKED)
            .doc("How many done share fetches may lie among the waiting ones."),
        type("client.quota.callback.class", null)
            .low()
            .refused("plug-ins are not loaded")
            .doc("The plug-in that decides clients' quotas."),
        integer("quota.window.num", 11)
            .atLeast(1)
            .low()
            .idle(QUOTAS)
            .doc("How many samples a client quota is measured over."),
        integer("quota.window.size.seconds", 1)
            .atLeast(1)
            .low()
            .idle(QUOTAS)
            .doc("How long a sample of a client quota is."),
        integer("controller.quota.window.num", 11)
            .atLeast(1)
            .low()
            .idle(QUOTAS)
            .doc("How many samples a quota of metadata changes is measured over."),
        integer("controller.quota.window.size.seconds", 1)
            .atLeast(1)
            .low()
            .idle(QUOTAS)
            .doc("How long a sample of a quota of metadata changes is."),
        list("metric.reporters", "org.apache.kafka.common.metrics.JmxReporter")
            .clusterWide()
            .low()
            .refused("plug-ins are not loaded")
            .doc("Plug-ins that are handed the metrics."),
        list("kafka.metrics.reporters")
            .low()
            .refused("plug-ins are not loaded")
            .doc("Plug-ins that are handed the older metrics."),
        integer("kafka.metrics.polling.interval.secs", 10)
            .atLeast(1)
            .low()
            .idle(METRICS)
            .doc("How often reporters of the older metrics are polled."),
        integer("metrics.num.samples", 2)
            .atLeast(1)
            .low()
            .idle(METRICS)
            .doc("How many samples a metric is computed from."),
        wide("metrics.sample.window.ms", 30_000L)
            .atLeast(1)
            .low()
            .idle(METRICS)
            .doc("How long a sample of a metric is."),
        text("metrics.recording.level", "INFO")
            .low()
            .idle(METRICS)
            .doc("Down to which level metrics are recorded."),
        integer("telemetry.max.bytes", 1024 * 1024)
            .atLeast(1)
            .low()
            .idle("client telemetry is not served yet")
            .doc("The largest report that a client may push."));
  }
}
