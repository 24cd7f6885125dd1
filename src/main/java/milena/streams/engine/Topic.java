package milena.streams.engine;

import java.util.List;
import milena.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;

/**
 * A topic as streams know it.
 *
 * @param leaders the leading broker of each partition, -1 for none
 */
record Topic(String name, Uuid id, List<Integer> leaders) {
  Topic {
    leaders = List.copyOf(leaders);
  }

  int partitions() {
    return leaders.size();
  }

  /** Where a partition is to be asked for; -1 while it has no leader, or doesn't exist. */
  int leader(int partition) {
    return partition < leaders.size() ? leaders.get(partition) : -1;
  }

  TopicIdPartition partition(int index) {
    return new TopicIdPartition(id, index);
  }
}
