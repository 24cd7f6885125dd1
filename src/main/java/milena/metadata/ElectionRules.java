package milena.metadata;

import java.util.function.IntPredicate;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

/**
 * By which rules leaders are elected: the settings as topics and the cluster have them, and which
 * brokers can lead at all.
 *
 * @param minInSyncDefault {@code min.insync.replicas} where neither a topic nor the cluster sets it
 * @param uncleanDefault {@code unclean.leader.election.enable} where neither sets it
 */
public record ElectionRules(int minInSyncDefault, boolean uncleanDefault) {
  private static final String MIN_IN_SYNC = "min.insync.replicas";
  private static final String UNCLEAN = "unclean.leader.election.enable";
  private static final ConfigResource EVERY_BROKER =
      new ConfigResource(ConfigResource.Type.BROKER, "");

  /**
   * What holds for one partition now.
   *
   * @param minInSync {@code min.insync.replicas}
   * @param unclean whether a replica that may lack committed records can lead when no other is left
   * @param canLead which brokers may lead it
   */
  record Terms(int minInSync, boolean unclean, IntPredicate canLead) {
    Terms withUnclean(boolean allowed) {
      return new Terms(minInSync, allowed, canLead);
    }

    Terms without(int broker) {
      return new Terms(minInSync, unclean, other -> other != broker && canLead.test(other));
    }
  }

  Terms terms(ClusterImage image, String topic, PartitionImage partition) {
    return new Terms(
        minInSync(image, topic),
        unclean(image, topic),
        broker -> canLead(image, partition, broker));
  }

  int minInSync(ClusterImage image, String topic) {
    String set = setting(image, topic, MIN_IN_SYNC);
    return set == null ? minInSyncDefault : Integer.parseInt(set);
  }

  boolean unclean(ClusterImage image, String topic) {
    String set = setting(image, topic, UNCLEAN);
    return set == null ? uncleanDefault : Boolean.parseBoolean(set);
  }

  private static String setting(ClusterImage image, String topic, String name) {
    String own = image.config(new ConfigResource(ConfigResource.Type.TOPIC, topic)).get(name);
    return own == null ? image.config(EVERY_BROKER).get(name) : own;
  }

  /** Whether a broker is let in, stays, and has its replica in a directory that works. */
  static boolean canLead(ClusterImage image, PartitionImage partition, int broker) {
    BrokerImage candidate = image.brokers().get(broker);
    Uuid directory = partition.directoryOf(broker);
    return candidate != null
        && candidate.active()
        && directory != null
        && isOnline(candidate, directory);
  }

  static boolean isOnline(BrokerImage broker, Uuid directory) {
    return Uuid.ZERO_UUID.equals(directory) || broker.directories().contains(directory);
  }
}
