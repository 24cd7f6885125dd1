package milena.broker.partition;

import akka.actor.typed.ActorRef;
import java.io.IOException;
import milena.broker.partition.PartitionReplica.Command;
import milena.broker.partition.PartitionReplica.Fetched;
import milena.broker.partition.PartitionReplica.FollowerFetched;
import milena.broker.partition.PartitionReplica.InSyncAnswered;
import milena.common.TopicIdPartition;
import milena.common.config.LogConfig;
import milena.log.PartitionLog;
import milena.metadata.PartitionImage;
import milena.replication.FollowerState;
import milena.replication.LeaderState;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a replica is in the present leader epoch: its leader, a follower, or nothing while its log
 * is closed. Owned by the replica's actor.
 *
 * <pre>
 *                      become: the image names this broker
 *   nothing, following -----------------------------------> leading
 *   nothing, leading   -----------------------------------> following (nobody without a leader)
 *                      become: it names another, or none
 *   leading, following -------------------------------------------------------> nothing
 *                      resign: the log is closed
 * </pre>
 *
 * <p>A new epoch begins anew, from the end of the log and the high watermark as it is known here.
 */
final class ReplicaRole {
  private final TopicIdPartition id;
  private final ReplicaHost host;
  private final ActorRef<Command> self;
  private PartitionLog log;
  private Leadership leadership;
  private Following following;

  /** Of the last role. */
  private long highWatermark;

  /** The state that it led in before its log was closed; null for none. */
  private LeaderState ledBefore;

  ReplicaRole(TopicIdPartition id, ReplicaHost host, ActorRef<Command> self) {
    this.id = id;
    this.host = host;
    this.self = self;
  }

  boolean leads() {
    return leadership != null;
  }

  /** Null unless this replica leads. */
  Leadership leadership() {
    return leadership;
  }

  /** Records below it are known here to be committed. */
  long highWatermark() {
    return leadership != null
        ? leadership.state().highWatermark()
        : following != null ? following.state().highWatermark() : highWatermark;
  }

  /** The log was opened; this much was once known to be committed. */
  void opened(long committed) {
    highWatermark = committed;
  }

  /** Becomes what the image says, or stays it. */
  void become(PartitionLog openLog, PartitionImage image) throws IOException {
    log = openLog;
    if (image.leader() != host.brokerId()) {
      if (following == null || following.state().leaderEpoch() != image.leaderEpoch()) {
        resign(Errors.NOT_LEADER_OR_FOLLOWER);
        ledBefore = null;
        following =
            new Following(
                log, new FollowerState(image.leader(), image.leaderEpoch(), highWatermark));
        tellFetchers();
      }
    } else if (leadership == null || leadership.state().leaderEpoch() != image.leaderEpoch()) {
      resign(Errors.NOT_LEADER_OR_FOLLOWER);
      leadership = Leadership.begin(host, log, image, highWatermark, ledBefore);
    } else {
      leadership.state().onDecided(Leadership.members(image), host.nowMs());
    }
  }

  /** Goes on in another log that holds the same. */
  void moveTo(PartitionLog other) {
    log = other;
    if (leadership != null) {
      leadership.moveTo(other);
    }
    if (following != null) {
      following.moveTo(other);
    }
  }

  /** Is nothing any more; what waits is answered with this. */
  void resign(Errors error) {
    highWatermark = highWatermark();
    if (leadership != null) {
      ledBefore = leadership.state();
      leadership.resign(error);
      leadership = null;
    }
    if (following != null) {
      host.peers().unfollow(id);
      following = null;
    }
  }

  void onReconfigured(LogConfig config) {
    if (leadership != null) {
      leadership.state().onLimits(Leadership.limits(host, config));
    }
  }

  /** Says to the fetchers where this follower stands. */
  void tellFetchers() {
    if (following != null && following.state().leader() != PartitionImage.NO_LEADER) {
      host.peers()
          .follow(
              new ReplicaFetchers.Follow(
                  id,
                  following.state().leader(),
                  following.state().leaderEpoch(),
                  log.logEndOffset(),
                  log.latestEpoch(),
                  log.logStartOffset(),
                  self));
    }
  }

  /** A follower of this leader has come further; true when the high watermark has moved. */
  boolean onFollowerFetched(FollowerFetched fetched) {
    return leadership != null
        && leadership.state().leaderEpoch() == fetched.leaderEpoch()
        && leadership.onFollowerFetched(fetched, host.nowMs());
  }

  /** Asks the controller for a change of the in-sync replicas, if one is due. */
  void propose() {
    if (leadership != null) {
      leadership
          .state()
          .propose(host.nowMs())
          .ifPresent(proposal -> host.peers().propose(id, proposal, self));
    }
  }

  void onInSyncAnswered(InSyncAnswered answered) {
    if (leadership != null && leadership.state().leaderEpoch() == answered.leaderEpoch()) {
      leadership.onProposalAnswered(answered, host.nowMs());
    }
  }

  /** Whether time may bring something to do: a follower lags, or a question is open. */
  boolean isRestless() {
    return leadership != null && !leadership.state().isQuiet();
  }

  /** The leader has answered this follower; true when that has changed something. */
  boolean onFetched(Fetched fetched) throws IOException {
    if (following == null || following.state().leaderEpoch() != fetched.leaderEpoch()) {
      return false; // the fetchers know
    }
    if (following.expects(fetched) && !following.take(fetched, host.nowMs())) {
      fetched.fetcher().tell(new ReplicaFetcher.NotTaken(id, fetched.leaderEpoch()));
      return false;
    }
    fetched
        .fetcher()
        .tell(
            new ReplicaFetcher.Taken(
                id,
                fetched.leaderEpoch(),
                log.logEndOffset(),
                log.latestEpoch(),
                log.logStartOffset()));
    return true;
  }
}
