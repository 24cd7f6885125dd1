package milena.broker.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.metadata.ClusterImage;
import milena.metadata.MetadataEvent;

/**
 * The metadata log of a node that does not vote: what a {@link MetadataFollower} has been told of
 * it, in memory only. A new run begins with the voters' image.
 */
public final class FollowedMetadataLog implements MetadataLog {
  private static final int NOBODY = -1;

  private final List<Observer> observers = new ArrayList<>();
  private volatile ClusterImage image = ClusterImage.EMPTY;
  private volatile QuorumState quorum = QuorumState.UNKNOWN;

  @Override
  public ClusterImage image() {
    return image;
  }

  @Override
  public CompletionStage<Void> append(long term, long firstSequence, List<MetadataEvent> events) {
    return CompletableFuture.failedFuture(
        new StaleWriteException("Only a voter can lead the metadata log, and this node is none"));
  }

  @Override
  public void observe(Observer observer) {
    synchronized (observers) {
      observers.add(observer);
      observer.onImage(image);
      if (quorum.leader() != NOBODY) {
        observer.onLeader(quorum.leader());
      }
    }
  }

  @Override
  public QuorumState quorum() {
    return quorum;
  }

  /** Takes an image from a voter; one that is not newer than what is here changes nothing. */
  void replace(ClusterImage next) {
    synchronized (observers) {
      if (next.lastSequence() > image.lastSequence()) {
        image = next;
        observers.forEach(observer -> observer.onImage(next));
      }
    }
  }

  /**
   * Applies one entry.
   *
   * @param first the number of its first event
   * @return whether there was no gap before it; one that is known already changes nothing
   */
  boolean apply(long first, List<MetadataEvent> events) {
    synchronized (observers) {
      if (first > image.lastSequence() + 1) {
        return false;
      }
      if (first == image.lastSequence() + 1) {
        ClusterImage next = image;
        for (MetadataEvent event : events) {
          next = next.apply(event);
        }
        ClusterImage applied = next;
        image = applied;
        observers.forEach(observer -> observer.onEvents(events, applied));
      }
      return true;
    }
  }

  /** Hears who leads, as a voter knows it. */
  void leads(int leader, long term) {
    synchronized (observers) {
      boolean news = leader != quorum.leader() || term != quorum.term();
      if (news && term >= quorum.term()) {
        quorum = new QuorumState(leader, term, -1, List.of(), List.of());
        if (leader != NOBODY) {
          observers.forEach(observer -> observer.onLeader(leader));
        }
      }
    }
  }

  @Override
  public void close() {}

  @Override
  public void abandon() {}
}
