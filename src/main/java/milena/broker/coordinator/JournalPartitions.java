package milena.broker.coordinator;

import akka.actor.AbstractExtensionId;
import akka.actor.ClassicActorSystemProvider;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import akka.actor.ExtensionIdProvider;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where the journal, which Akka makes by itself, finds the partitions that are open on its node:
 * one for each actor system.
 */
final class JournalPartitions implements Extension {
  private static final Id ID = new Id();

  private final Map<Integer, JournalPartition> open = new ConcurrentHashMap<>();
  private volatile int partitionCount;

  private static final class Id extends AbstractExtensionId<JournalPartitions>
      implements ExtensionIdProvider {
    @Override
    public Id lookup() {
      return ID;
    }

    @Override
    public JournalPartitions createExtension(ExtendedActorSystem system) {
      return new JournalPartitions();
    }
  }

  static JournalPartitions of(ClassicActorSystemProvider system) {
    return ID.get(system);
  }

  void partitionCount(int count) {
    partitionCount = count;
  }

  void open(int partition, JournalPartition journal) {
    open.put(partition, journal);
  }

  void close(int partition) {
    open.remove(partition);
  }

  /** The open journal that a group belongs to, or null. */
  JournalPartition find(String groupId) {
    int count = partitionCount;
    return count == 0 ? null : open.get(GroupRegistry.partitionFor(groupId, count));
  }
}
