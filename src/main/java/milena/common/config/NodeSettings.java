package milena.common.config;

import static milena.common.config.Setting.flag;
import static milena.common.config.Setting.integer;
import static milena.common.config.Setting.list;
import static milena.common.config.Setting.text;
import static milena.common.config.Setting.wide;

import java.util.List;
import org.apache.kafka.common.config.ConfigDef.ValidList;

/** Who a node is, where it listens, and who keeps the metadata with it. */
final class NodeSettings {
  private static final String RAFT = "Ratis keeps the metadata log and has its own measures";

  private NodeSettings() {}

  static List<Setting> all() {
    return List.of(
        list("process.roles")
            .oneOf("broker", "controller")
            .required()
            .high()
            .doc("What this node is: broker, controller, or both."),
        integer("node.id", null)
            .atLeast(0)
            .required()
            .high()
            .doc("The number that names this node in the cluster, whatever its roles."),
        integer("broker.id", -1).high().doc("The older name of node.id."),
        text("broker.rack", null)
            .doc("The rack that this broker stands in; replicas are spread over racks."),
        list("listeners", "PLAINTEXT://:9092")
            .perBroker()
            .high()
            .doc(
                "What this node binds: NAME://host:port, with commas between; an empty host is"
                    + " every interface."),
        list("advertised.listeners")
            .unset()
            .high()
            .doc("The addresses that clients are told to dial; as the listeners where not given."),
        text(
                "listener.security.protocol.map",
                "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT")
            .perBroker()
            .low()
            .doc("The security protocol of each listener name."),
        text("inter.broker.listener.name", null)
            .doc("The listener that brokers use among themselves."),
        text("security.inter.broker.protocol", "PLAINTEXT")
            .oneOf("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
            .doc("The protocol that picks the inter-broker listener where no name is given."),
        list("controller.listener.names")
            .required()
            .high()
            .doc("The listeners that controllers talk on; a broker dials the first."),
        list("early.start.listeners")
            .unset()
            .high()
            .idle("listeners open when the node can serve them")
            .doc("Listeners that open before start-up is over."),
        list("controller.quorum.voters")
            .valid(ValidList.anyNonDuplicateValues(true, false))
            .high()
            .doc("The voters of the metadata log: id@host:port, with commas between."),
        list("controller.quorum.bootstrap.servers")
            .valid(ValidList.anyNonDuplicateValues(true, false))
            .high()
            .doc("Addresses at which a controller can be found."),
        flag("controller.quorum.auto.join.enable", false)
            .low()
            .refused("voters are those of controller.quorum.voters")
            .doc("Whether a new controller makes itself a voter."),
        integer("controller.quorum.election.timeout.ms", 1000)
            .atLeast(0)
            .high()
            .idle(RAFT)
            .doc("How long a voter waits for a leader before it stands for election."),
        integer("controller.quorum.election.backoff.max.ms", 1000)
            .atLeast(0)
            .high()
            .idle(RAFT)
            .doc("The longest pause before a failed election is tried again."),
        integer("controller.quorum.fetch.timeout.ms", 2000)
            .atLeast(0)
            .high()
            .idle(RAFT)
            .doc("How long a voter goes without the leader's word before it doubts it."),
        integer("controller.quorum.fetch.max.bytes", 1048576)
            .atLeast(1)
            .low()
            .idle(RAFT)
            .doc("Metadata log bytes that one fetch may ask for."),
        integer("controller.quorum.fetch.snapshot.max.bytes", 1048576)
            .atLeast(1)
            .low()
            .idle(RAFT)
            .doc("Snapshot bytes that one fetch may ask for."),
        integer("controller.quorum.append.linger.ms", 25)
            .atLeast(0)
            .idle(RAFT)
            .doc("How long the metadata leader gathers writes before it flushes them."),
        integer("controller.quorum.request.timeout.ms", 2000)
            .atLeast(0)
            .doc("How long a request to the controllers may take."),
        integer("controller.quorum.retry.backoff.ms", 20)
            .atLeast(0)
            .low()
            .idle(RAFT)
            .doc("The pause before a failed request to a controller is tried again."),
        wide("controller.performance.sample.period.ms", 60_000L)
            .atLeast(100)
            .internal()
            .idle("the controller is measured as every actor is")
            .doc("How often the controller's slowest events are reported."),
        wide("controller.performance.always.log.threshold.ms", 2000L)
            .atLeast(0)
            .internal()
            .idle("the controller is measured as every actor is")
            .doc("From which duration on a controller event is always logged."),
        integer("controller.socket.timeout.ms", 30_000)
            .idle("brokers and controllers exchange actor messages")
            .doc("The socket time-out between controller and brokers."),
        integer("broker.heartbeat.interval.ms", 500)
            .doc("How often a broker tells the controller that it lives."),
        integer("broker.session.timeout.ms", 3000)
            .doc("How long the controller lets a broker be silent before it fences it."),
        integer("initial.broker.registration.timeout.ms", 60_000)
            .doc(
                "How long a starting broker tries to register before it gives up; one that is a"
                    + " controller as well goes on."),
        wide("server.max.startup.time.ms", Long.MAX_VALUE)
            .atLeast(0)
            .internal()
            .doc("How long the whole start of the node may take."),
        flag("controlled.shutdown.enable", true)
            .idle("a stopping broker always hands its leaderships over")
            .doc("Whether a stopping broker first hands its leaderships over."),
        list("log.dir", "/tmp/kafka-logs")
            .high()
            .doc("The log directories, where log.dirs says nothing."),
        list("log.dirs").unset().high().doc("The directories that hold the partitions' logs."),
        list("cordoned.log.dirs")
            .perBroker()
            .refused("new replicas may go to every log directory")
            .doc("Log directories that get no new replicas."),
        text("metadata.log.dir", null)
            .high()
            .doc("The directory of the metadata log; the first log directory where not given."),
        wide("metadata.log.max.record.bytes.between.snapshots", 20L * 1024 * 1024)
            .atLeast(1)
            .high()
            .idle(RAFT)
            .doc("Bytes of new metadata that call for a snapshot."),
        wide("metadata.log.max.snapshot.interval.ms", 3_600_000L)
            .atLeast(0)
            .high()
            .idle(RAFT)
            .doc("The longest time between two metadata snapshots."),
        integer("metadata.log.segment.bytes", 1 << 30)
            .atLeast(8 * 1024 * 1024)
            .high()
            .idle(RAFT)
            .doc("The largest size of a metadata log segment."),
        wide("metadata.log.segment.ms", 604_800_000L)
            .high()
            .idle(RAFT)
            .doc("The age at which a metadata log segment is rolled."),
        wide("metadata.max.retention.bytes", 104_857_600L)
            .high()
            .idle(RAFT)
            .doc("How much of the old metadata log is kept."),
        wide("metadata.max.retention.ms", 604_800_000L)
            .high()
            .idle(RAFT)
            .doc("How long the old metadata log is kept."),
        integer("metadata.max.idle.interval.ms", 500)
            .atLeast(0)
            .low()
            .idle("an idle metadata log stays idle")
            .doc("How often an idle controller writes an empty event."),
        integer("internal.metadata.log.segment.bytes", null)
            .low()
            .internal()
            .idle(RAFT)
            .doc("The size of a metadata log segment, for tests."),
        integer("internal.metadata.max.batch.size.in.bytes", 8 * 1024 * 1024)
            .low()
            .internal()
            .idle(RAFT)
            .doc("The largest batch of the metadata log, for tests."),
        wide("internal.metadata.delete.delay.millis", 60_000L)
            .low()
            .internal()
            .idle(RAFT)
            .doc("How long a dropped metadata segment's file stays, for tests."),
        flag("unstable.api.versions.enable", false)
            .high()
            .internal()
            .refused("versions still in the making are not served")
            .doc("Whether API versions still in the making are served."),
        flag("unstable.feature.versions.enable", false)
            .high()
            .internal()
            .refused("features still in the making are not served")
            .doc("Whether feature levels still in the making may be chosen."),
        list("config.providers")
            .clusterWide()
            .low()
            .refused("values are taken as they are written")
            .doc("Plug-ins that look setting values up elsewhere."),
        integer("milena.remote.port", 0)
            .between(0, 65535)
            .low()
            .doc("The port of a broker-only node's actor messages; 0 takes a free one."));
  }
}
