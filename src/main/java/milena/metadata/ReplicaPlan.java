package milena.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import milena.metadata.PartitionImage.Reassignment;
import org.apache.kafka.common.Uuid;

/**
 * The replicas of a partition, where they are, and which of them come and go. A reassignment puts
 * the wanted replicas in front, in their order, and keeps those that go behind them until it ends:
 *
 * <pre>
 *   [1, 2] --to(3, 2)--> [3, 2, 1], adding 3, removing 1 --ended--> [3, 2]
 *                             |
 *                             +--cancelled--> [2, 1]
 * </pre>
 */
record ReplicaPlan(List<Integer> replicas, List<Uuid> directories, Reassignment reassignment) {

  ReplicaPlan {
    replicas = List.copyOf(replicas);
    directories = List.copyOf(directories);
  }

  static ReplicaPlan of(PartitionImage partition) {
    return new ReplicaPlan(partition.replicas(), partition.directories(), partition.reassignment());
  }

  /**
   * The plan by which these brokers get the partition. What an earlier plan has brought in and this
   * one does not want goes at once when it holds nothing that may be needed.
   *
   * @param newDirectories gives brokers that have no replica yet a log directory
   */
  static ReplicaPlan to(
      PartitionImage partition, List<Integer> wanted, IntFunction<Uuid> newDirectories) {
    List<Integer> before = partition.replicasBefore();
    List<Integer> replicas = new ArrayList<>(wanted);
    for (int broker : partition.replicas()) {
      boolean needed = before.contains(broker) || holds(partition, broker);
      if (!wanted.contains(broker) && needed) {
        replicas.add(broker);
      }
    }
    List<Uuid> directories = new ArrayList<>(replicas.size());
    for (int broker : replicas) {
      Uuid present = partition.directoryOf(broker);
      directories.add(present == null ? newDirectories.apply(broker) : present);
    }
    return new ReplicaPlan(
        replicas,
        directories,
        new Reassignment(without(replicas, before), without(replicas, wanted)));
  }

  /**
   * Whether a broker may have all that is committed: it is in sync, or eligible, or, where nobody
   * is either, the last that has led, who alone may lead again.
   */
  static boolean holds(PartitionImage partition, int broker) {
    boolean nobodyDoes = partition.isr().isEmpty() && partition.elr().isEmpty();
    return nobodyDoes
        ? broker == partition.lastKnownLeader()
        : partition.isr().contains(broker) || partition.elr().contains(broker);
  }

  /** Only those that are wanted. */
  ReplicaPlan ended() {
    return reduced(reassignment.removing());
  }

  /** Only those that were there before. */
  ReplicaPlan cancelled() {
    return reduced(reassignment.adding());
  }

  private ReplicaPlan reduced(List<Integer> leaving) {
    if (!reassignment.isUnderWay()) {
      return this;
    }
    List<Integer> rest = without(replicas, leaving);
    return new ReplicaPlan(
        rest,
        rest.stream().map(broker -> directories.get(replicas.indexOf(broker))).toList(),
        Reassignment.NONE);
  }

  private static List<Integer> without(List<Integer> brokers, List<Integer> some) {
    return brokers.stream().filter(broker -> !some.contains(broker)).toList();
  }
}
