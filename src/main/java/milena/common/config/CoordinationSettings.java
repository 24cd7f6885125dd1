package milena.common.config;

import static milena.common.config.Setting.flag;
import static milena.common.config.Setting.integer;
import static milena.common.config.Setting.list;
import static milena.common.config.Setting.small;
import static milena.common.config.Setting.wide;

import java.util.List;

/** Classic groups, committed offsets, producer ids and transactions. */
final class CoordinationSettings {
  private static final String TXN = "transactions are not served yet";
  private static final String ACTORS = "each group has its own actor";

  private CoordinationSettings() {}

  static List<Setting> all() {
    return List.of(
        list("group.coordinator.rebalance.protocols", "classic", "consumer", "streams")
            .oneOf("consumer", "classic", "share", "streams")
            .idle("the classic protocol is served, the others not yet")
            .doc("The group protocols that the broker serves."),
        integer("group.coordinator.threads", 4)
            .atLeast(1)
            .high()
            .idle(ACTORS)
            .doc("Threads of the group coordinator."),
        integer("group.coordinator.background.threads", 2)
            .atLeast(1)
            .high()
            .idle(ACTORS)
            .doc("Threads of the group coordinator's slower work."),
        integer("group.coordinator.append.linger.ms", -1)
            .atLeast(-1)
            .idle("writes are gathered for as long as the one before takes")
            .doc("How long a coordinator's writes are gathered; -1 adapts to the load."),
        integer("group.coordinator.cached.buffer.max.bytes", 1024 * 1024 + 12)
            .atLeast(512 * 1024)
            .clusterWide()
            .idle(ACTORS)
            .doc("The largest write buffer that a coordinator keeps for later."),
        integer("group.min.session.timeout.ms", 6000)
            .doc("The shortest session that a classic group's member may ask for."),
        integer("group.max.session.timeout.ms", 1_800_000)
            .doc("The longest session that a classic group's member may ask for."),
        integer("group.initial.rebalance.delay.ms", 3000)
            .doc("How long an empty classic group waits for more members to join."),
        integer("group.max.size", Integer.MAX_VALUE)
            .atLeast(1)
            .doc("How many members a classic group may have."),
        integer("offset.metadata.max.bytes", 4096)
            .high()
            .doc("How long the text may be that comes with a committed offset."),
        integer("offsets.commit.timeout.ms", 5000)
            .atLeast(1)
            .high()
            .doc("How long a commit waits for the offsets topic's replicas."),
        integer("offsets.load.buffer.size", 5 * 1024 * 1024)
            .atLeast(1)
            .high()
            .doc("The buffer with which the offsets topic is read at a coordinator's start."),
        integer("offsets.retention.minutes", 10_080)
            .atLeast(1)
            .high()
            .doc("How long an empty group's offsets are kept."),
        wide("offsets.retention.check.interval.ms", 600_000L)
            .atLeast(1)
            .high()
            .doc("How often offsets are looked through for expired ones."),
        integer("offsets.topic.num.partitions", 50)
            .atLeast(1)
            .high()
            .doc("Partitions of the offsets topic; not to be changed later."),
        small("offsets.topic.replication.factor", 3)
            .atLeast(1)
            .high()
            .doc("Replicas of the offsets topic; it is not made while there are fewer brokers."),
        integer("offsets.topic.segment.bytes", 100 * 1024 * 1024)
            .atLeast(1)
            .high()
            .doc("The segment size of the offsets topic."),
        integer("offsets.topic.compression.codec", 0)
            .high()
            .idle("the offsets topic is not compressed")
            .doc("How the coordinator compresses what it writes, as the record format's number."),
        integer("producer.id.expiration.ms", 86_400_000)
            .atLeast(1)
            .clusterWide()
            .low()
            .doc("How long a silent idempotent producer is remembered by a partition."),
        integer("producer.id.expiration.check.interval.ms", 600_000)
            .atLeast(1)
            .low()
            .internal()
            .doc("How often a partition forgets such producers."),
        integer("transaction.max.timeout.ms", 900_000)
            .atLeast(1)
            .high()
            .idle(TXN)
            .doc("The longest time-out that a transaction may ask for."),
        integer("transactional.id.expiration.ms", 604_800_000)
            .atLeast(1)
            .high()
            .idle(TXN)
            .doc("How long a silent transactional id is remembered."),
        integer("transaction.state.log.num.partitions", 50)
            .atLeast(1)
            .high()
            .doc("Partitions of the transaction topic; not to be changed later."),
        small("transaction.state.log.replication.factor", 3)
            .atLeast(1)
            .high()
            .doc(
                "Replicas of the transaction topic; it is not made while there are fewer brokers."),
        integer("transaction.state.log.min.isr", 2)
            .atLeast(1)
            .high()
            .doc("The transaction topic's min.insync.replicas."),
        integer("transaction.state.log.segment.bytes", 100 * 1024 * 1024)
            .atLeast(1)
            .high()
            .doc("The segment size of the transaction topic."),
        integer("transaction.state.log.load.buffer.size", 5 * 1024 * 1024)
            .atLeast(1)
            .high()
            .idle(TXN)
            .doc("The buffer with which the transaction topic is read at a coordinator's start."),
        integer("transaction.abort.timed.out.transaction.cleanup.interval.ms", 10_000)
            .atLeast(1)
            .low()
            .idle(TXN)
            .doc("How often transactions past their time-out are aborted."),
        integer("transaction.remove.expired.transaction.cleanup.interval.ms", 3_600_000)
            .atLeast(1)
            .low()
            .idle(TXN)
            .doc("How often expired transactional ids are dropped."),
        flag("transaction.partition.verification.enable", true)
            .clusterWide()
            .low()
            .idle(TXN)
            .doc(
                "Whether a partition asks the coordinator before it takes a transaction's records."),
        flag("transaction.two.phase.commit.enable", false)
            .low()
            .refused(TXN)
            .doc("Whether an outside coordinator may prepare transactions."),
        integer("add.partitions.to.txn.retry.backoff.ms", 20)
            .atLeast(1)
            .high()
            .idle(TXN)
            .doc("The pause before a partition is added to a busy transaction again."),
        integer("add.partitions.to.txn.retry.backoff.max.ms", 100)
            .atLeast(0)
            .high()
            .idle(TXN)
            .doc("The longest such pause."));
  }
}
