package milena.broker.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.metadata.ClusterImage;
import milena.metadata.MetadataEvent;

/**
 * A metadata log without a disk, for tests of what stands on it: it compares and applies as the
 * real one does, and fails when told to.
 */
public final class InMemoryMetadataLog implements MetadataLog {
  private final List<Observer> observers = new ArrayList<>();
  private final List<List<MetadataEvent>> commits = new ArrayList<>();
  private final Deque<Fate> fates = new ArrayDeque<>();
  private ClusterImage image = ClusterImage.EMPTY;
  private long term = -1;

  /** What becomes of a write instead of the usual. */
  public enum Fate {
    /** It fails and is not committed. */
    LOST,
    /** It is committed, but the writer is told that it failed. */
    COMMITTED_UNKNOWN
  }

  @Override
  public synchronized ClusterImage image() {
    return image;
  }

  /** The events of each write that was committed. */
  public synchronized List<List<MetadataEvent>> commits() {
    return List.copyOf(commits);
  }

  /** Decides about the next write that has no fate yet. */
  public synchronized void nextWrite(Fate fate) {
    fates.add(fate);
  }

  public synchronized void lead(long inTerm) {
    term = inTerm;
    observers.forEach(observer -> observer.onLeaderReady(inTerm));
  }

  public synchronized void loseLeadership() {
    term = -1;
    observers.forEach(Observer::onLeadershipLost);
  }

  @Override
  public synchronized CompletionStage<Void> append(
      long writerTerm, long firstSequence, List<MetadataEvent> events) {
    Fate fate = fates.poll();
    if (fate == Fate.LOST) {
      return CompletableFuture.failedFuture(new IllegalStateException("lost"));
    }
    if (writerTerm != term || firstSequence != image.lastSequence() + 1) {
      return CompletableFuture.failedFuture(new StaleWriteException("stale"));
    }
    for (MetadataEvent event : events) {
      image = image.apply(event);
    }
    commits.add(List.copyOf(events));
    observers.forEach(observer -> observer.onImage(image));
    return fate == Fate.COMMITTED_UNKNOWN
        ? CompletableFuture.failedFuture(new IllegalStateException("nobody knows"))
        : CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized void observe(Observer observer) {
    observers.add(observer);
    observer.onImage(image);
    if (term >= 0) {
      observer.onLeaderReady(term);
    }
  }

  @Override
  public void close() {}

  @Override
  public void abandon() {}
}
