package milena.common.config;

import static milena.common.config.Setting.flag;
import static milena.common.config.Setting.integer;
import static milena.common.config.Setting.text;
import static milena.common.config.Setting.wide;

import java.util.List;

/** How many copies there are, who may lead, and how followers keep up. */
final class ReplicationSettings {
  /** The one choice there is: plug-ins are not loaded. */
  private static final String RACK_AWARE =
      "org.apache.kafka.common.replica.RackAwareReplicaSelector";

  private ReplicationSettings() {}

  static List<Setting> all() {
    return List.of(
        integer("default.replication.factor", 1)
            .doc("Replicas of a topic that was created without saying how many."),
        integer("min.insync.replicas", 1)
            .atLeast(1)
            .clusterWide()
            .high()
            .doc("How many replicas must have a record before acks=all is answered."),
        flag("unclean.leader.election.enable", false)
            .clusterWide()
            .high()
            .doc("Whether a replica that may lack records can lead when no other is left."),
        wide("unclean.leader.election.interval.ms", 300_000L)
            .atLeast(1)
            .internal()
            .idle("an election is held at once when it becomes possible")
            .doc("How often leaderless partitions are looked at for an unclean election."),
        flag("auto.leader.rebalance.enable", true)
            .high()
            .doc("Whether leadership goes back to the preferred replicas by itself."),
        wide("leader.imbalance.check.interval.seconds", 300L)
            .atLeast(1)
            .high()
            .doc("How often leaders are moved back to the preferred replicas."),
        wide("replica.lag.time.max.ms", 30_000L)
            .high()
            .doc("How long a follower may lag before it is no longer in sync."),
        wide("replica.high.watermark.checkpoint.interval.ms", 5000L)
            .high()
            .doc("How often the high watermarks are written down."),
        integer("num.replica.fetchers", 1)
            .atLeast(1)
            .clusterWide()
            .high()
            .idle("one fetcher serves all partitions of a leader")
            .doc("Fetchers from each leading broker."),
        integer("replica.fetch.max.bytes", 1024 * 1024)
            .atLeast(0)
            .doc("How many bytes of one partition a follower fetches at a time."),
        integer("replica.fetch.response.max.bytes", 10 * 1024 * 1024)
            .atLeast(0)
            .doc("How many bytes a follower fetches at a time."),
        integer("replica.fetch.min.bytes", 1)
            .high()
            .doc("For how many bytes a follower's fetch waits."),
        integer("replica.fetch.wait.max.ms", 500)
            .high()
            .doc("How long a follower's fetch waits for them."),
        integer("replica.fetch.backoff.ms", 1000)
            .atLeast(0)
            .doc("The pause after a follower's fetch has failed."),
        integer("replica.socket.timeout.ms", 30_000)
            .high()
            .doc("How long a follower waits for the leader's answer."),
        integer("replica.socket.receive.buffer.bytes", 64 * 1024)
            .high()
            .doc(
                "The kernel's receive buffer of a follower's connection; unsaid, the system sizes"
                    + " it."),
        text("replica.selector.class", null)
            .oneOf(RACK_AWARE)
            .doc("By whose choice consumers fetch from a follower: one in their rack, or none."),
        flag("follower.fetch.last.tiered.offset.enable", false)
            .clusterWide()
            .refused("tiered storage is not served")
            .doc("Whether a new follower starts at what is not tiered yet."),
        integer("replication.quota.window.num", 11)
            .atLeast(1)
            .low()
            .doc("How many samples a replication quota is measured over."),
        integer("replication.quota.window.size.seconds", 1)
            .atLeast(1)
            .low()
            .doc("How long a sample of a replication quota is, in seconds."),
        wide("leader.replication.throttled.rate", Long.MAX_VALUE)
            .atLeast(0)
            .clusterWide()
            .internal()
            .doc("How many bytes a second the leaders of throttled replicas give to followers."),
        wide("follower.replication.throttled.rate", Long.MAX_VALUE)
            .atLeast(0)
            .clusterWide()
            .internal()
            .doc("How many bytes a second throttled replicas fetch from their leaders."),
        wide("replica.alter.log.dirs.io.max.bytes.per.second", Long.MAX_VALUE)
            .atLeast(0)
            .clusterWide()
            .internal()
            .doc("How many bytes a second are moved from one log directory to another."),
        integer("alter.log.dirs.replication.quota.window.num", 11)
            .atLeast(1)
            .low()
            .doc("How many samples the quota of moves between directories is measured over."),
        integer("alter.log.dirs.replication.quota.window.size.seconds", 1)
            .atLeast(1)
            .low()
            .doc("How long a sample of the quota of moves between directories is, in seconds."));
  }
}
