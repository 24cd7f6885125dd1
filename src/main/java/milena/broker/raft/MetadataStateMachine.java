package milena.broker.raft;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import milena.metadata.ClusterImage;
import milena.metadata.ImageCodec;
import milena.metadata.MetadataEvent;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies committed entries to this node's image, on Ratis's updater thread, and writes the image
 * down as a snapshot now and then. Observers are called under one lock, so that each sees the steps
 * in order.
 */
final class MetadataStateMachine extends BaseStateMachine {
  static final ByteString APPLIED = ByteString.EMPTY;
  static final ByteString REFUSED = ByteString.copyFromUtf8("stale");

  private static final Logger log = LoggerFactory.getLogger(MetadataStateMachine.class);
  private static final long NOT_LEADING = -1;
  private static final int NOBODY = -1;
  private static final long SNAPSHOT_RETRY_ENTRIES = 200;

  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
  private final List<MetadataLog.Observer> observers = new ArrayList<>();
  private final Consumer<Throwable> onFailure;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AppliedEntries applied = new AppliedEntries();
  private volatile ClusterImage image = ClusterImage.EMPTY;
  private volatile boolean snapshotsWanted = true;
  private long leadingTerm = NOT_LEADING;
  private int leader = NOBODY;
  private long nextSnapshotIndex;

  /**
   * @param onFailure told when this node can't go on, because what is committed can't be applied
   */
  MetadataStateMachine(Consumer<Throwable> onFailure) {
    this.onFailure = onFailure;
  }

  ClusterImage image() {
    return image;
  }

  void observe(MetadataLog.Observer observer) {
    synchronized (observers) {
      observers.add(observer);
      observer.onImage(image);
      if (leadingTerm != NOT_LEADING) {
        observer.onLeaderReady(leadingTerm);
      } else if (leader != NOBODY) {
        observer.onLeader(leader);
      }
    }
  }

  /** Reached when all is applied, the last snapshot is taken, and nothing will follow. */
  CountDownLatch closed() {
    return closed;
  }

  void stopSnapshots() {
    snapshotsWanted = false;
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId group, RaftStorage raftStorage)
      throws IOException {
    super.initialize(server, group, raftStorage);
    getLifeCycle()
        .startAndTransition(
            () -> {
              storage.init(raftStorage);
              restore();
            });
  }

  @Override
  public void pause() {
    getLifeCycle().transition(LifeCycle.State.PAUSING);
    getLifeCycle().transition(LifeCycle.State.PAUSED);
  }

  /** Takes up a snapshot that the leader has sent. */
  @Override
  public void reinitialize() throws IOException {
    storage.loadLatestSnapshot();
    restore();
    if (getLifeCycle().getCurrentState() == LifeCycle.State.PAUSED) {
      getLifeCycle().transition(LifeCycle.State.STARTING);
      getLifeCycle().transition(LifeCycle.State.RUNNING);
    }
  }

  private void restore() throws IOException {
    SingleFileSnapshotInfo snapshot = storage.getLatestSnapshot();
    if (snapshot == null) {
      return;
    }
    Path file = snapshot.getFile().getPath();
    try {
      publish(ImageCodec.decode(Files.readAllBytes(file)));
    } catch (IllegalArgumentException e) {
      throw new IOException("The metadata snapshot " + file + " can't be read: " + e.getMessage());
    }
    setLastAppliedTermIndex(snapshot.getTermIndex());
    applied.add(image.lastSequence(), snapshot.getTermIndex().getIndex());
  }

  /**
   * The entry up to which a node has everything that has applied this event; an old one's bound.
   */
  long entryOf(long sequence) {
    return sequence >= image.lastSequence()
        ? getLastAppliedTermIndex().getIndex()
        : applied.entryOf(sequence);
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto raftEntry = transaction.getLogEntry();
    try {
      LogEntry entry = LogEntry.decode(raftEntry.getStateMachineLogEntry().getLogData());
      boolean counts =
          entry.term() == raftEntry.getTerm() && entry.firstSequence() == image.lastSequence() + 1;
      if (counts) {
        ClusterImage next = image;
        for (MetadataEvent event : entry.events()) {
          next = next.apply(event);
        }
        publish(entry.events(), next);
        applied.add(next.lastSequence(), raftEntry.getIndex());
      }
      updateLastAppliedTermIndex(raftEntry.getTerm(), raftEntry.getIndex());
      return CompletableFuture.completedFuture(Message.valueOf(counts ? APPLIED : REFUSED));
    } catch (RuntimeException e) {
      log.error("Entry {} of the metadata log can't be applied", raftEntry.getIndex(), e);
      onFailure.accept(e);
      throw e;
    }
  }

  private void publish(ClusterImage next) {
    synchronized (observers) {
      image = next;
      observers.forEach(observer -> observer.onImage(next));
    }
  }

  private void publish(List<MetadataEvent> events, ClusterImage next) {
    synchronized (observers) {
      image = next;
      observers.forEach(observer -> observer.onEvents(events, next));
    }
  }

  @Override
  public void notifyLeaderReady() {
    getServer()
        .thenAccept(
            server -> {
              try {
                leads(server.getDivision(getGroupId()).getInfo().getCurrentTerm());
              } catch (IOException e) {
                log.warn("The term of this node's leadership can't be told", e);
              }
            });
  }

  private void leads(long term) {
    synchronized (observers) {
      leadingTerm = term;
      observers.forEach(observer -> observer.onLeaderReady(term));
    }
  }

  @Override
  public void notifyNotLeader(Collection<TransactionContext> pendingEntries) {
    leadsNoLonger();
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId newLeader) {
    if (!member.getPeerId().equals(newLeader)) {
      leadsNoLonger();
    }
    synchronized (observers) {
      leader = Integer.parseInt(newLeader.toString());
      observers.forEach(observer -> observer.onLeader(leader));
    }
  }

  private void leadsNoLonger() {
    synchronized (observers) {
      if (leadingTerm != NOT_LEADING) {
        leadingTerm = NOT_LEADING;
        observers.forEach(MetadataLog.Observer::onLeadershipLost);
      }
    }
  }

  /**
   * Writes the image down. When it can't, because the disk is full for example, the log stays as
   * long as it is, and the next try comes after as many entries as this one did.
   */
  @Override
  public long takeSnapshot() {
    TermIndex at = getLastAppliedTermIndex();
    if (!snapshotsWanted || at.getIndex() < nextSnapshotIndex) {
      return RaftLog.INVALID_LOG_INDEX;
    }
    nextSnapshotIndex = at.getIndex() + SNAPSHOT_RETRY_ENTRIES;
    Path file = storage.getSnapshotFile(at.getTerm(), at.getIndex()).toPath();
    try {
      SnapshotFile snapshot = SnapshotFile.write(file, ImageCodec.encode(image));
      storage.updateLatestSnapshot(
          new SingleFileSnapshotInfo(
              new FileInfo(file, snapshot.digest()), at.getTerm(), at.getIndex()));
      nextSnapshotIndex = 0;
      return at.getIndex();
    } catch (IOException e) {
      log.warn("No snapshot of the metadata could be written: {}", e.toString());
      return RaftLog.INVALID_LOG_INDEX;
    }
  }

  @Override
  public SimpleStateMachineStorage getStateMachineStorage() {
    return storage;
  }

  /** The log's worker is interrupted only by our own closing: that is no failure of the disk. */
  @Override
  public void notifyLogFailed(Throwable cause, LogEntryProto entry) {
    if (cause instanceof ClosedByInterruptException) {
      log.debug("The metadata log was closed during a write", cause);
      return;
    }
    onFailure.accept(cause);
  }

  @Override
  public void close() {
    leadsNoLonger();
    closed.countDown();
  }
}
