package milena.broker.partition;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import milena.common.TopicIdPartition;
import milena.metadata.PartitionImage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * In which of a node's log directories a replica is made: where it lies already, where somebody
 * wants it, where the controller has assigned it to, or where there are fewest.
 */
final class DirectoryChoice {
  private final int brokerId;
  private final List<ReplicaDirectory> directories;
  private final FoundOnDisk found;
  private final Map<TopicPartition, ReplicaDirectory> wished = new HashMap<>();

  DirectoryChoice(List<ReplicaDirectory> directories, ReplicaHost host) {
    this.brokerId = host.brokerId();
    this.directories = directories;
    this.found = new FoundOnDisk(directories, host);
  }

  /** What an earlier run has left. */
  FoundOnDisk found() {
    return found;
  }

  /** A replica that may come shall be made there. */
  void wish(TopicPartition name, ReplicaDirectory target) {
    wished.put(name, target);
  }

  /** Where a replica that comes now is made; empty when no disk is left. */
  Optional<ReplicaDirectory> of(
      TopicIdPartition id, TopicPartition name, PartitionImage partition) {
    Optional<ReplicaDirectory> onDisk = found.take(id, name);
    if (onDisk.isPresent()) {
      return onDisk;
    }
    ReplicaDirectory wish = wished.remove(name);
    if (wish != null && wish.isOnline()) {
      return Optional.of(wish);
    }
    Uuid assigned = partition.directoryOf(brokerId);
    ReplicaDirectory emptiest = null;
    for (ReplicaDirectory directory : directories) {
      if (directory.id().equals(assigned)) {
        return Optional.of(directory);
      }
      if (directory.isOnline()
          && (emptiest == null || directory.replicas() < emptiest.replicas())) {
        emptiest = directory;
      }
    }
    return Optional.ofNullable(emptiest);
  }
}
