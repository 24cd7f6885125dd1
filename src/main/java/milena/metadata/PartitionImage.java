package milena.metadata;

import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * One partition as the controller has decided it.
 *
 * @param replicas broker ids in order of preference; the first is the preferred leader
 * @param directories the log directory of each replica, in the order of {@code replicas}
 * @param isr the in-sync replicas
 * @param elr the eligible leader replicas outside the ISR (KIP-966)
 * @param leader the leading broker's id, or {@link #NO_LEADER}
 * @param leaderEpoch grows by one with each election
 * @param partitionEpoch grows by one with every change to this value
 */
public record PartitionImage(
    List<Integer> replicas,
    List<Uuid> directories,
    List<Integer> isr,
    List<Integer> elr,
    int leader,
    int leaderEpoch,
    int partitionEpoch) {

  public static final int NO_LEADER = -1;

  public PartitionImage {
    replicas = List.copyOf(replicas);
    directories = List.copyOf(directories);
    isr = List.copyOf(isr);
    elr = List.copyOf(elr);
  }
}
