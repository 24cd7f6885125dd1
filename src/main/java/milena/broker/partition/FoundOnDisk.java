package milena.broker.partition;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
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

  /** In a line that tells of many. */
  private static final int NAMED = 5;

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
    delete(found.directory(), List.of(name));
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
    Map<ReplicaDirectory, List<TopicPartition>> strays = new LinkedHashMap<>();
    untaken.forEach(
        (name, found) -> {
          if (found.topicId().equals(Uuid.ZERO_UUID)) {
            LOG.warn(
                "{} in {} does not say which topic it is of: it is left alone.",
                name,
                found.directory());
            found.directory().leaveAlone(name);
          } else if (!isOurs(image, name, found)) {
            strays.computeIfAbsent(found.directory(), directory -> new ArrayList<>()).add(name);
          }
        });
    untaken.clear();
    strays.forEach(this::delete);
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

  private void delete(ReplicaDirectory directory, List<TopicPartition> strays) {
    LOG.info(
        "Deletes {} partitions in {} that are no replicas of this node any more: {}{}",
        strays.size(),
        directory,
        strays.stream().limit(NAMED).map(TopicPartition::toString).collect(joining(", ")),
        strays.size() > NAMED ? ", ..." : "");
    strays.forEach(name -> delete(directory, name));
  }

  private void delete(ReplicaDirectory directory, TopicPartition name) {
    host.onDisk(
        directory,
        () -> {
          Path marked = directory.markDeleted(name);
          host.blocking().execute(() -> host.onDisk(directory, () -> directory.erase(marked)));
        });
  }
}
