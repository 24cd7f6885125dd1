package milena.common.config;

import static milena.common.config.Setting.integer;
import static milena.common.config.Setting.list;
import static milena.common.config.Setting.small;
import static milena.common.config.Setting.text;

import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef.CaseInsensitiveValidString;

/** The group protocols that came after the classic one: consumer, share and streams. */
final class NewGroupSettings {
  private static final String CONSUMER = "the consumer group protocol is not served yet";
  private static final String SHARE = "share groups are not served yet";
  private static final String STREAMS = "streams groups are not served yet";

  private NewGroupSettings() {}

  static List<Setting> all() {
    return Stream.of(
            intervals("consumer", CONSUMER),
            consumer(),
            intervals("share", SHARE),
            share(),
            shareState(),
            intervals("streams", STREAMS),
            streams())
        .flatMap(List::stream)
        .toList();
  }

  /** What each of the protocols has of sessions, heartbeats and assignments. */
  private static List<Setting> intervals(String protocol, String why) {
    String group = "group." + protocol + ".";
    String of = " of a " + protocol + " group";
    return List.of(
        positive(group + "session.timeout.ms", 45_000, why, "The session" + of + "'s members."),
        positive(group + "min.session.timeout.ms", 45_000, why, "The shortest session" + of + "."),
        positive(group + "max.session.timeout.ms", 60_000, why, "The longest session" + of + "."),
        positive(group + "heartbeat.interval.ms", 5000, why, "The heartbeats' pace" + of + "."),
        positive(group + "min.heartbeat.interval.ms", 5000, why, "The fastest such pace."),
        positive(group + "max.heartbeat.interval.ms", 15_000, why, "The slowest such pace."),
        integer(group + "assignment.interval.ms", 1000)
            .atLeast(0)
            .clusterWide()
            .idle(why)
            .doc("The shortest time between two assignments" + of + "."),
        integer(group + "min.assignment.interval.ms", 0)
            .atLeast(0)
            .idle(why)
            .doc("The smallest value that a group may set it to."),
        integer(group + "max.assignment.interval.ms", 15_000)
            .atLeast(0)
            .idle(why)
            .doc("The largest value that a group may set it to."));
  }

  private static List<Setting> consumer() {
    return List.of(
        positive("group.consumer.max.size", Integer.MAX_VALUE, CONSUMER, "The most members."),
        list("group.consumer.assignors", "uniform", "range")
            .idle(CONSUMER)
            .doc("The assignors on the broker's side; the first is the default."),
        text("group.consumer.migration.policy", "bidirectional")
            .valid(
                CaseInsensitiveValidString.in("DISABLED", "DOWNGRADE", "UPGRADE", "BIDIRECTIONAL"))
            .idle(CONSUMER)
            .doc("Between which protocols a group may move while it has members."),
        integer("group.consumer.regex.refresh.interval.ms", 600_000)
            .atLeast(10_000)
            .internal()
            .idle(CONSUMER)
            .doc("How often subscribed patterns are matched against the topics again."));
  }

  private static List<Setting> share() {
    return List.of(
        integer("group.share.max.size", 200)
            .between(1, 1000)
            .idle(SHARE)
            .doc("The most members of a share group."),
        list("group.share.assignors", "simple").idle(SHARE).doc("The assignors of share groups."),
        integer("group.share.delivery.count.limit", 5)
            .between(2, 10)
            .idle(SHARE)
            .doc("How often a record is handed out before it is given up."),
        integer("group.share.min.delivery.count.limit", 2)
            .between(2, 5)
            .idle(SHARE)
            .doc("The smallest value that a group may set it to."),
        integer("group.share.max.delivery.count.limit", 10)
            .between(5, 25)
            .idle(SHARE)
            .doc("The largest value that a group may set it to."),
        integer("group.share.record.lock.duration.ms", 30_000)
            .between(1000, 3_600_000)
            .idle(SHARE)
            .doc("How long a record is its consumer's before another gets it."),
        integer("group.share.min.record.lock.duration.ms", 15_000)
            .between(1000, 30_000)
            .idle(SHARE)
            .doc("The smallest value that a group may set it to."),
        integer("group.share.max.record.lock.duration.ms", 60_000)
            .between(30_000, 3_600_000)
            .idle(SHARE)
            .doc("The largest value that a group may set it to."),
        integer("group.share.partition.max.record.locks", 2000)
            .between(100, 10_000)
            .idle(SHARE)
            .doc("How many records of a partition may be handed out at a time."),
        integer("group.share.min.partition.max.record.locks", 100)
            .between(100, 2000)
            .idle(SHARE)
            .doc("The smallest value that a group may set it to."),
        integer("group.share.max.partition.max.record.locks", 4000)
            .between(2000, 10_000)
            .idle(SHARE)
            .doc("The largest value that a group may set it to."),
        positive("group.share.max.share.sessions", 2000, SHARE, "The most share sessions."),
        positive("group.share.initialize.retry.interval.ms", 30_000, SHARE, "The set-up's retry.")
            .low()
            .internal(),
        text(
                "group.share.persister.class.name",
                "org.apache.kafka.server.share.persister.DefaultStatePersister")
            .internal()
            .refused("plug-ins are not loaded")
            .doc("The plug-in that keeps share groups' state."));
  }

  private static List<Setting> shareState() {
    String coordinator = "share.coordinator.";
    String topic = coordinator + "state.topic.";
    return List.of(
        positive(topic + "num.partitions", 50, SHARE, "Partitions of the share state topic.")
            .high(),
        small(topic + "replication.factor", 3)
            .atLeast(1)
            .high()
            .idle(SHARE)
            .doc("Replicas of the share state topic."),
        small(topic + "min.isr", 2)
            .atLeast(1)
            .high()
            .idle(SHARE)
            .doc("The share state topic's min.insync.replicas."),
        positive(topic + "segment.bytes", 100 * 1024 * 1024, SHARE, "Its segment size.").high(),
        integer(topic + "compression.codec", 0)
            .high()
            .idle(SHARE)
            .doc("How what is written to it is compressed, as the record format's number."),
        positive(topic + "prune.interval.ms", 300_000, SHARE, "How often old state is dropped.")
            .low()
            .internal(),
        positive(coordinator + "load.buffer.size", 5 * 1024 * 1024, SHARE, "The reading buffer.")
            .high(),
        positive(coordinator + "threads", 1, SHARE, "Threads of the share coordinator."),
        positive(coordinator + "write.timeout.ms", 5000, SHARE, "How long a write may take.")
            .high(),
        integer(coordinator + "append.linger.ms", -1)
            .atLeast(-1)
            .idle(SHARE)
            .doc("How long its writes are gathered; -1 adapts to the load."),
        integer(coordinator + "cached.buffer.max.bytes", 1024 * 1024 + 12)
            .atLeast(512 * 1024)
            .clusterWide()
            .idle(SHARE)
            .doc("The largest write buffer that it keeps for later."),
        integer(coordinator + "snapshot.update.records.per.snapshot", 500)
            .between(0, 500)
            .idle(SHARE)
            .doc("How many updates it writes between two snapshots."),
        positive(coordinator + "cold.partition.snapshot.interval.ms", 300_000, SHARE, "Idle ones'.")
            .low()
            .internal());
  }

  private static List<Setting> streams() {
    return List.of(
        positive("group.streams.max.size", Integer.MAX_VALUE, STREAMS, "The most members."),
        integer("group.streams.num.standby.replicas", 0)
            .atLeast(0)
            .idle(STREAMS)
            .doc("How many standby copies a task has."),
        integer("group.streams.max.standby.replicas", 2)
            .atLeast(0)
            .idle(STREAMS)
            .doc("The largest value that a group may set it to."),
        integer("group.streams.initial.rebalance.delay.ms", 3000)
            .atLeast(0)
            .idle(STREAMS)
            .doc("How long an empty streams group waits for more members to join."));
  }

  private static Setting positive(String name, int defaultValue, String why, String doc) {
    return integer(name, defaultValue).atLeast(1).idle(why).doc(doc);
  }
}
