package milena.metadata;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * One partition as the controller has decided it.
 *
 * @param replicas broker ids in order of preference; the first is the preferred leader
 * @param directories the log directory of each replica, in the order of {@code replicas}
 * @param isr the in-sync replicas
 * @param elr the eligible leader replicas outside the ISR (KIP-966)
 * @param lastKnownLeader who led last; matters only when both the ISR and the ELR are empty, when
 *     it alone may lead again
 * @param leader the leading broker's id, or {@link #NO_LEADER}
 * @param leaderEpoch grows by one with each election
 * @param partitionEpoch grows by one with every change to this value
 * @param reassignment which of the replicas come and which go; {@link Reassignment#NONE} mostly
 */
public record PartitionImage(
    List<Integer> replicas,
    List<Uuid> directories,
    List<Integer> isr,
    List<Integer> elr,
    int lastKnownLeader,
    int leader,
    int leaderEpoch,
    int partitionEpoch,
    Reassignment reassignment) {

  public static final int NO_LEADER = -1;

  public PartitionImage {
    replicas = List.copyOf(replicas);
    directories = List.copyOf(directories);
    isr = List.copyOf(isr);
    elr = List.copyOf(elr);
    if (directories.size() != replicas.size()) {
      throw new IllegalArgumentException(
          "Each replica has a directory: %s, %s".formatted(replicas, directories));
    }
  }

  /**
   * A change of the replicas that is under way (KIP-455). One that was taken in by an earlier plan
   * and is not wanted by the present one both comes and goes.
   *
   * @param adding replicas that the partition did not have before
   * @param removing replicas that it won't have when all others are in sync
   */
  public record Reassignment(List<Integer> adding, List<Integer> removing) {
    public static final Reassignment NONE = new Reassignment(List.of(), List.of());

    public Reassignment {
      adding = List.copyOf(adding);
      removing = List.copyOf(removing);
    }

    public boolean isUnderWay() {
      return !adding.isEmpty() || !removing.isEmpty();
    }
  }

  /** A partition whose replicas neither come nor go. */
  public PartitionImage(
      List<Integer> replicas,
      List<Uuid> directories,
      List<Integer> isr,
      List<Integer> elr,
      int lastKnownLeader,
      int leader,
      int leaderEpoch,
      int partitionEpoch) {
    this(
        replicas,
        directories,
        isr,
        elr,
        lastKnownLeader,
        leader,
        leaderEpoch,
        partitionEpoch,
        Reassignment.NONE);
  }

  /** A partition with nothing remembered but its present leader. */
  public PartitionImage(
      List<Integer> replicas,
      List<Uuid> directories,
      List<Integer> isr,
      List<Integer> elr,
      int leader,
      int leaderEpoch,
      int partitionEpoch) {
    this(replicas, directories, isr, elr, leader, leader, leaderEpoch, partitionEpoch);
  }

  public boolean hasLeader() {
    return leader != NO_LEADER;
  }

  /** The replicas as they were before the reassignment, which has added its own in front. */
  public List<Integer> replicasBefore() {
    return without(reassignment.adding());
  }

  /** The replicas as they will be after the reassignment. */
  public List<Integer> replicasWanted() {
    return without(reassignment.removing());
  }

  private List<Integer> without(List<Integer> some) {
    return some.isEmpty()
        ? replicas
        : replicas.stream().filter(broker -> !some.contains(broker)).toList();
  }

  /** The log directory of one broker's replica, or null when it has none. */
  public Uuid directoryOf(int brokerId) {
    int position = replicas.indexOf(brokerId);
    return position < 0 ? null : directories.get(position);
  }

  /** The same, with one broker's replica in another directory. */
  PartitionImage withDirectory(int brokerId, Uuid directory) {
    List<Uuid> moved = new ArrayList<>(directories);
    moved.set(replicas.indexOf(brokerId), directory);
    return new PartitionImage(
        replicas,
        moved,
        isr,
        elr,
        lastKnownLeader,
        leader,
        leaderEpoch,
        partitionEpoch + 1,
        reassignment);
  }
}
