package milena.broker.coordinator;

import akka.actor.typed.ActorRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionView;
import milena.common.TopicIdPartition;
import milena.metadata.PartitionImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition of {@code __consumer_offsets} in one epoch of its leadership here. Belongs to the
 * {@link GroupHost} actor.
 *
 * <pre>
 *   waiting for the replica --> scanning --> starting its groups --> serving
 *         (leads in this epoch,    |   ^             (all have recovered)
 *          high watermark at end)  |   | a group failed: scan again for it
 *                                  v   |
 *              resigned: waiting until the last coordinator has stopped
 * </pre>
 */
final class HostedPartition {
  private static final Logger LOG = LoggerFactory.getLogger(HostedPartition.class);

  private final TopicIdPartition id;
  private final int leaderEpoch;
  private final GroupHost host;
  private final GroupRegistry.Served served;

  /** Coordinators that live, by group. */
  private final Map<String, ActorRef<GroupCoordinator.Command>> live = new HashMap<>();

  /** Groups whose coordinator was woken and has not reported. */
  private final Set<String> awaited = new HashSet<>();

  /** Groups that the first scan found and that have not recovered. */
  private final Set<String> unrecovered = new HashSet<>();

  /** Groups that failed: their past must be read again. */
  private final Set<String> toRestart = new HashSet<>();

  private JournalPartition journal;

  /** Whether a view that the replica publishes may be the one to go on with; read by its thread. */
  private volatile boolean isWaiting;

  private boolean scanRuns;
  private boolean isLoaded;
  private boolean hasResigned;
  private PartitionHandle watched;
  private PartitionHandle.Watcher watcher;
  private long scanTo = -1;

  HostedPartition(TopicIdPartition id, int leaderEpoch, GroupHost host) {
    this.id = id;
    this.leaderEpoch = leaderEpoch;
    this.host = host;
    this.served =
        host.around()
            .registry()
            .serve(
                id.partition(),
                groupId -> host.self().tell(new GroupHost.StartGroup(id.partition(), groupId)));
  }

  TopicIdPartition id() {
    return id;
  }

  int index() {
    return id.partition();
  }

  boolean isStillLed(TopicImage topic) {
    PartitionImage now = topic.partition(id.partition());
    return !hasResigned
        && topic.id().equals(id.topicId())
        && now != null
        && now.leader() == host.around().nodeId()
        && now.leaderEpoch() == leaderEpoch;
  }

  /** Resigned, and nobody is left. */
  boolean isOver() {
    return hasResigned && live.isEmpty();
  }

  void begin() {
    scanWhenReady();
  }

  // Scanning --------------------------------------------------------------------------------

  /**
   * Scans, if something is to be scanned for, as soon as the replica leads in this epoch and all
   * that was in its log then is committed.
   */
  void scanWhenReady() {
    boolean wantsScan = journal == null || !toRestart.isEmpty();
    if (hasResigned || scanRuns || !wantsScan) {
      return;
    }
    PartitionHandle replica = host.replica(id);
    if (replica == null) {
      return;
    }
    PartitionView view = watching(replica);
    if (!view.leading() || view.leaderEpoch() != leaderEpoch) {
      return;
    }
    if (scanTo < 0) {
      scanTo = view.log().logEndOffset();
    }
    if (view.highWatermark() < scanTo) {
      return;
    }
    isWaiting = false;
    scan(view, replica);
  }

  private PartitionView watching(PartitionHandle replica) {
    isWaiting = true;
    if (watched != replica) {
      watched = replica;
      ActorRef<GroupHost.Command> host = this.host.self();
      watcher =
          new PartitionHandle.Watcher() {
            @Override
            public void published(PartitionView view) {
              if (isWaiting) {
                host.tell(new GroupHost.ReplicaMoved(id));
              }
            }

            @Override
            public void stopped() {
              host.tell(new GroupHost.ReplicaStopped(HostedPartition.this));
            }
          };
      replica.watch(watcher);
    }
    return replica.view();
  }

  private void scan(PartitionView view, PartitionHandle replica) {
    scanRuns = true;
    if (journal == null) {
      journal =
          new JournalPartition(
              replica.replica(),
              leaderEpoch,
              host.around().writeTimeout().toNanos(),
              host.around().clockMs());
    }
    boolean isFirst = !isLoaded && toRestart.isEmpty();
    Set<String> restarted = Set.copyOf(toRestart);
    toRestart.clear();
    Predicate<String> wanted = isFirst ? groupId -> true : restarted::contains;
    long end = scanTo;
    scanTo = -1;
    int readBytes =
        (int) Math.max(1, Math.min(host.around().readBytes(), view.log().sizeInBytes()));
    ActorRef<GroupHost.Command> self = host.self();
    CompletableFuture.supplyAsync(
            () -> {
              try {
                return JournalScan.scan(view.log(), end, readBytes, wanted);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            host.blockingExecutor())
        .whenComplete(
            (found, failure) -> self.tell(new GroupHost.Scanned(this, restarted, found, failure)));
  }

  void scanned(GroupHost.Scanned scan) {
    scanRuns = false;
    if (hasResigned) {
      return;
    }
    boolean isFirst = scan.restarted().isEmpty();
    if (scan.failure() != null) {
      LOG.warn("Could not read {}; trying again", this, scan.failure());
      toRestart.addAll(scan.restarted());
      if (isFirst) {
        journal = null;
      }
      host.retrySoon();
      return;
    }
    journal.offer(scan.found());
    if (isFirst) {
      host.journals().open(index(), journal);
      unrecovered.addAll(scan.found().keySet());
      scan.found().keySet().forEach(served::start);
      if (!unrecovered.isEmpty()) {
        LOG.debug("Read {}: {} groups", this, unrecovered.size());
      }
      serveWhenAllRecovered();
    } else {
      scan.restarted().forEach(this::start);
    }
    scanWhenReady();
  }

  private void serveWhenAllRecovered() {
    if (!isLoaded && unrecovered.isEmpty()) {
      isLoaded = true;
      served.loaded();
    }
  }

  // Its coordinators ------------------------------------------------------------------------

  /** Wakes a group's coordinator, unless it is there or its past must be read first. */
  void start(String groupId) {
    boolean mustBeReadFirst = journal == null || toRestart.contains(groupId);
    if (!hasResigned && !live.containsKey(groupId) && !mustBeReadFirst) {
      awaited.add(groupId);
      journal.admit(groupId);
      host.wake(index(), groupId);
    }
  }

  /**
   * A coordinator has reported.
   *
   * @return false when it is not wanted
   */
  boolean adopt(GroupHost.Started started) {
    String groupId = started.groupId();
    if (hasResigned
        || served.handles().get(groupId) != started.handle()
        || !awaited.remove(groupId)) {
      return false;
    }
    live.put(groupId, started.coordinator());
    return true;
  }

  void recovered(String groupId) {
    unrecovered.remove(groupId);
    serveWhenAllRecovered();
  }

  /**
   * A coordinator is gone: because its group does not exist any more, or because it failed. The two
   * are not told apart: the partition knows.
   */
  void stopped(String groupId) {
    live.remove(groupId);
    if (hasResigned) {
      return;
    }
    journal.forget(groupId);
    GroupHandle old = served.handles().get(groupId);
    boolean mayBeStored = old == null || !old.isVacant();
    if (mayBeStored) {
      LOG.info("The coordinator of group {} failed; {} is read again for it", groupId, this);
      // Whoever asks from now on waits for the next coordinator.
      served.handles().put(groupId, new GroupHandle(groupId));
      toRestart.add(groupId);
      host.retrySoon();
    } else {
      served.handles().remove(groupId, old);
    }
    if (old != null) {
      old.close(Errors.COORDINATOR_NOT_AVAILABLE);
    }
  }

  void resign() {
    if (hasResigned) {
      return;
    }
    hasResigned = true;
    host.journals().close(index());
    host.around().registry().resign(index(), served);
    if (watched != null) {
      watched.unwatch(watcher);
    }
    if (journal != null) {
      journal.close();
    }
    live.values().forEach(coordinator -> coordinator.tell(GroupCoordinator.Resign.INSTANCE));
  }

  /** Does again what may have got lost: a wake-up on its way to an actor just stopping. */
  void retry() {
    if (hasResigned) {
      return;
    }
    awaited.forEach(groupId -> host.wake(index(), groupId));
    scanWhenReady();
    if (!toRestart.isEmpty() || journal == null) {
      host.retrySoon();
    }
  }

  @Override
  public String toString() {
    return "__consumer_offsets-" + id.partition() + " in epoch " + leaderEpoch;
  }
}
