package milena.broker.partition;

import java.util.HashMap;
import java.util.Map;
import milena.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;

/**
 * Which replica has a partition's name, which is its directory's too, and which one waits for it: a
 * topic may be made anew under its name while the replica of the old one still closes its files.
 */
final class NameClaims {
  private final Map<TopicPartition, TopicIdPartition> holders = new HashMap<>();
  private final Map<TopicPartition, TopicIdPartition> waiting = new HashMap<>();

  /** Takes the name; false when another has it. Then this one waits, and no one else any more. */
  boolean take(TopicPartition name, TopicIdPartition id) {
    TopicIdPartition holder = holders.putIfAbsent(name, id);
    if (holder != null && !holder.equals(id)) {
      waiting.put(name, id);
      return false;
    }
    return true;
  }

  /**
   * Gives up the name. Returns who has waited for it, and does so no more; null when nobody has.
   */
  TopicIdPartition release(TopicPartition name, TopicIdPartition id) {
    holders.remove(name, id);
    return waiting.remove(name);
  }
}
