package milena.metadata;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import milena.common.TopicIdPartition;
import milena.metadata.TopicEvent.PartitionChanged;

/**
 * An election of a replica that was neither in sync nor eligible: committed records may be lost.
 *
 * @param topic its name
 * @param before the partition as it was
 * @param leader who leads now
 */
public record RiskyElection(TopicIdPartition id, String topic, PartitionImage before, int leader) {

  /**
   * Whether the one elected was the last to lead, which is the best choice there is once nobody is
   * left who has everything (KIP-966); any other is an unclean election.
   */
  public boolean ofLastKnownLeader() {
    return leader == before.lastKnownLeader();
  }

  /** Those among the elections that these events bring about on this image. */
  public static List<RiskyElection> among(ClusterImage image, List<MetadataEvent> events) {
    List<RiskyElection> risky = new ArrayList<>();
    Map<TopicIdPartition, PartitionImage> latest = new HashMap<>();
    for (MetadataEvent event : events) {
      if (event instanceof PartitionChanged changed) {
        PartitionImage now = changed.partition();
        PartitionImage earlier = latest.put(changed.id(), now);
        PartitionImage before = earlier == null ? image.partition(changed.id()) : earlier;
        boolean elected = before != null && now.hasLeader() && now.leader() != before.leader();
        if (elected
            && !before.isr().contains(now.leader())
            && !before.elr().contains(now.leader())
            && !endsReassignment(before, now)) {
          String topic = image.topic(changed.id().topicId()).name();
          risky.add(new RiskyElection(changed.id(), topic, before, now.leader()));
        }
      }
    }
    return risky;
  }

  /** The change that brought the last of the wanted replicas in sync has let them take over. */
  private static boolean endsReassignment(PartitionImage before, PartitionImage now) {
    return before.reassignment().isUnderWay()
        && now.replicas().equals(before.replicasWanted())
        && now.isr().containsAll(now.replicas());
  }
}
