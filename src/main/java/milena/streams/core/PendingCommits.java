package milena.streams.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;

/**
 * Offsets on their way to being committed: one commit at a time, and what is asked for meanwhile
 * goes into the next, so that a later offset never has to fear an earlier one. Of a partition the
 * latest counts.
 *
 * @param <A> who waits for the commit
 */
public final class PendingCommits<A> {
  private Map<TopicPartition, Position> gathering = new HashMap<>();
  private List<A> gatheringFor = new ArrayList<>();
  private Map<TopicPartition, Position> underWay;
  private List<A> underWayFor = List.of();

  /** Wants these offsets committed. */
  public void add(Iterable<Position> positions, A waiting) {
    for (Position each : positions) {
      gathering.merge(each.partition(), each, Position::later);
    }
    gatheringFor.add(waiting);
  }

  /** Whether a commit may begin now. */
  public boolean isReady() {
    return underWay == null && !gatheringFor.isEmpty();
  }

  /** Whether nothing waits. */
  public boolean isEmpty() {
    return underWay == null && gatheringFor.isEmpty();
  }

  /**
   * Begins the next commit.
   *
   * @param current whether a position comes from the present reading of its partition; others are
   *     dropped, since somebody else goes on there
   * @return the offsets to commit, maybe none: then end the commit at once
   */
  public Map<TopicPartition, Position> begin(Predicate<Position> current) {
    underWay = gathering;
    underWayFor = gatheringFor;
    underWay.values().removeIf(position -> !current.test(position));
    gathering = new HashMap<>();
    gatheringFor = new ArrayList<>();
    return underWay;
  }

  /** The commit under way is done, or has failed for good: who waits for it. */
  public List<A> end() {
    List<A> done = underWayFor;
    underWay = null;
    underWayFor = List.of();
    return done;
  }

  /** The commit under way has to be tried again: it is part of the next. */
  public void again() {
    for (Position each : underWay.values()) {
      gathering.merge(each.partition(), each, Position::later);
    }
    List<A> all = new ArrayList<>(underWayFor);
    all.addAll(gatheringFor);
    gatheringFor = all;
    underWay = null;
    underWayFor = List.of();
  }

  /** Ends everything: who waits for anything. */
  public List<A> endAll() {
    List<A> all = new ArrayList<>(underWayFor);
    all.addAll(gatheringFor);
    underWay = null;
    underWayFor = List.of();
    gathering = new HashMap<>();
    gatheringFor = new ArrayList<>();
    return all;
  }
}
