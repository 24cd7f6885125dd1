package milena.broker.partition;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import milena.common.TopicIdPartition;
import milena.log.LogDirectory.PartitionDirectory;
import milena.metadata.ClusterImage;
import milena.metadata.PartitionImage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that an earlier run of this node has left in its log directories, until each is
 * either taken again or found to be a stray: its topic was deleted, or it was moved elsewhere,
 * while the node was away. With them, the copies of moves between directories that were under way.
 */
final class FoundOnDisk {
  private static final Logger LOG = LoggerFactory.getLogger(FoundOnDisk.class);

  private record Found(ReplicaDirectory directory, Uuid topicId) {}

  private final ReplicaHost host;
  private final Map<TopicPartition, Found> untaken = new HashMap<>();
  private final Map<TopicPartition, Found> copies = new HashMap<>();

  FoundOnDisk(List<ReplicaDirectory> directories, ReplicaHost host) {
    this.host = host;
    for (ReplicaDirectory directory : directories) {
      for (PartitionDirectory partition : directory.foundAtStart()) {
        Found other =
            untaken.putIfAbsent(partition.name(), new Found(directory, partition.topicId()));
        if (other != null) {
          LOG.warn(
              "{} is in {} and in {}: the second is left alone.",
              partition.name(),
              other.directory(),
              directory);
          directory.leaveAlone(partition.name());
        }
      }
      for (PartitionDirectory copy : directory.copies()) {
        Found found = new Found(directory, copy.topicId());
        if (copies.putIfAbsent(copy.name(), found) != null) {
          dropCopy(copy.name(), found);
        }
      }
    }
  }

  /** Where a move of this replica, which is there now, was under way to; asked once. */
  Optional<ReplicaDirectory> moveUnderWay(
      TopicIdPartition id, TopicPartition name, ReplicaDirectory from) {
    Found copy = copies.remove(name);
    if (copy == null) {
      return Optional.empty();
    }
    if (copy.topicId().equals(id.topicId()) && copy.directory() != from) {
      return Optional.of(copy.directory());
    }
    dropCopy(name, copy);
    return Optional.empty();
  }

  /**
   * Where the partition lies already. What lies there under its name and is another topic's is
   * deleted.
   */
  Optional<ReplicaDirectory> take(TopicIdPartition id, TopicPartition name) {
    Found found = untaken.remove(name);
    if (found == null) {
      return Optional.empty();
    }
    if (found.topicId().equals(id.topicId()) || found.topicId().equals(Uuid.ZERO_UUID)) {
      return Optional.of(found.directory());
    }
    delete(name, found);
    return Optional.empty();
  }

  /** Deletes what the image, which must be up to date, does not give to this node. */
  void dropStrays(ClusterImage image) {
    copies
        .entrySet()
        .removeIf(
            copy -> {
              boolean isStray = !isOurs(image, copy.getKey(), copy.getValue());
              if (isStray) {
                dropCopy(copy.getKey(), copy.getValue());
              }
              return isStray;
            });
    untaken.forEach(
        (name, found) -> {
          if (found.topicId().equals(Uuid.ZERO_UUID)) {
            LOG.warn(
                "{} in {} does not say which topic it is of: it is left alone.",
                name,
                found.directory());
            found.directory().leaveAlone(name);
          } else if (!isOurs(image, name, found)) {
            delete(name, found);
          }
        });
    untaken.clear();
  }

  private boolean isOurs(ClusterImage image, TopicPartition name, Found found) {
    PartitionImage partition =
        image.partition(new TopicIdPartition(found.topicId(), name.partition()));
    return partition != null && partition.replicas().contains(host.brokerId());
  }

  private void dropCopy(TopicPartition name, Found copy) {
    ReplicaDirectory directory = copy.directory();
    host.blocking().execute(() -> host.onDisk(directory, () -> directory.dropCopy(name)));
  }

  private void delete(TopicPartition name, Found found) {
    ReplicaDirectory directory = found.directory();
    LOG.info("{} in {} is no replica of this node any more: deleted.", name, directory);
    host.onDisk(
        directory,
        () -> {
          Path marked = directory.markDeleted(name);
          host.blocking().execute(() -> host.onDisk(directory, () -> directory.erase(marked)));
        });
  }
}
