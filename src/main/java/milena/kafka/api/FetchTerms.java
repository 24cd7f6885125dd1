package milena.kafka.api;

import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionView;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a Fetch request asks for, apart from its positions.
 *
 * @param readAhead fetches old records from the disk
 * @param committedOnly whether records of open transactions are left out, and the aborted ones told
 * @param sight how far it may see
 * @param minBytes it waits for as many, in all
 * @param maxBytes it is given no more in all, but for a first batch that is larger
 */
record FetchTerms(
    LocalPartitions partitions,
    ReadAhead readAhead,
    RequestContext context,
    FetchAudience audience,
    boolean committedOnly,
    Sight sight,
    int minBytes,
    int maxBytes) {

  /** Those of this audience. */
  static FetchTerms of(
      LocalPartitions partitions,
      ReadAhead readAhead,
      RequestContext context,
      FetchAudience audience,
      boolean committedOnly,
      int minBytes,
      int maxBytes) {
    Sight sight = new Sight(audience.isFollower(), committedOnly, audience.eager());
    return new FetchTerms(
        partitions, readAhead, context, audience, committedOnly, sight, minBytes, maxBytes);
  }

  /** The replica that this node hosts for a position, or null. */
  PartitionHandle find(FetchPosition position) {
    Uuid topicId = position.key.topicId();
    if (topicId.equals(Uuid.ZERO_UUID)) {
      topicId = partitions.image().topicIds().get(position.key.topic());
    }
    return topicId == null || position.key.partition() < 0
        ? null
        : partitions.registry().find(position.id(topicId));
  }

  /** Whether this replica answers those for whom this reads, in the leader epoch they know. */
  Errors check(PartitionHandle handle, PartitionView view, int clientEpoch) {
    return audience.anyReplica()
        ? LocalPartitions.checkReplica(handle, view, clientEpoch)
        : LocalPartitions.checkLeader(handle, view, clientEpoch);
  }
}
