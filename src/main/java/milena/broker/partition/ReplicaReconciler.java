package milena.broker.partition;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import milena.broker.partition.PartitionReplica.Stopped;
import milena.common.TopicIdPartition;
import milena.common.config.BrokerConfig.Upkeep;
import milena.common.config.LogConfig;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Makes a node's replicas what the newest image of the cluster says: starts new ones in a log
 * directory, tells all of them what the controller decided, deletes those that are no longer
 * wanted, and stops all in the end. One per node.
 *
 * <p>It does nothing before {@link Begin} has named the broker's epoch and an image knows it: until
 * then images may be older than what this node did before it stopped, and a replica that led on
 * their word, or a directory deleted on it, could be a mistake.
 *
 * <p>A topic may be deleted and made again under its name while the old replica still closes its
 * files: the new one, which has another id but the same directory name, waits for that.
 */
public final class ReplicaReconciler {

  /** What it is told. */
  public sealed interface Command {}

  /** This node is registered with this epoch: images that know it are to be followed. */
  public record Begin(long brokerEpoch) implements Command {}

  /** A log directory has gone offline; sent by whoever found out first. */
  public record DirectoryFailed(ReplicaDirectory directory) implements Command {}

  /**
   * Stops every replica and answers when all are closed.
   *
   * @param clean flush and leave the mark of a clean stop; else close as a crash would
   */
  public record StopAll(boolean clean, ActorRef<AllStopped> replyTo) implements Command {}

  /**
   * Moves this node's replica to another of its log directories; one that it does not have yet
   * shall be made there.
   *
   * @param replyTo told at once: REPLICA_NOT_AVAILABLE without a replica, else that the move has
   *     begun
   */
  public record MoveReplica(
      TopicIdPartition id, TopicPartition name, ReplicaDirectory target, ActorRef<Errors> replyTo)
      implements Command {}

  record MoveEnded(TopicIdPartition id, ReplicaDirectory target, boolean moved)
      implements Command {}

  /** Every replica is closed, the checkpoints are written. */
  public record AllStopped() {}

  enum ImageChanged implements Command {
    INSTANCE
  }

  record ReplicaEntered(TopicIdPartition id) implements Command {}

  record ReplicaStopped(Stopped stopped) implements Command {}

  record UpkeepFinished(ActorRef<AllStopped> replyTo) implements Command {}

  /**
   * What the reconciler works with.
   *
   * @param directories the node's log directories
   * @param images where the newest image is
   * @param tell sends a message to this node's replica, starting it if need be
   * @param configs the settings in force for a topic of this name, as of an image
   * @param throttles how fast replicas may move to another directory
   * @param found told where a replica is when that is not where the image says
   * @param allDirectoriesFailed called when no directory is left: the node is of no use then
   */
  public record Setup(
      ReplicaHost host,
      List<ReplicaDirectory> directories,
      ImageSource images,
      BiConsumer<TopicIdPartition, PartitionReplica.Command> tell,
      BiFunction<ClusterImage, String, LogConfig> configs,
      Upkeep upkeep,
      ReplicationThrottles throttles,
      BiConsumer<TopicIdPartition, Uuid> found,
      Runnable allDirectoriesFailed) {
    public Setup {
      directories = List.copyOf(directories);
    }
  }

  private ReplicaReconciler() {}

  /** One per node. */
  public static Behavior<Command> create(Setup setup) {
    return Behaviors.setup(context -> new ReconcilerBehavior(context, setup));
  }
}
