package milena.kafka.api;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The fetch sessions of a node: at most as many as there are slots, and of so many partitions. When
 * all are taken, the one that has rested longest makes room, if it rested long enough; else the
 * client goes without a session, which costs it bytes and nothing else.
 */
final class FetchSessions {
  static final long RESTED_NANOS = TimeUnit.MINUTES.toNanos(2);

  /** Partitions of all sessions together: some hundred megabytes of memory. */
  static final int POSITIONS_MAX = 1_000_000;

  private final int slots;
  private final ConcurrentHashMap<Integer, FetchSession> sessions = new ConcurrentHashMap<>();

  FetchSessions(int slots) {
    this.slots = slots;
  }

  FetchSession find(int id) {
    return sessions.get(id);
  }

  void remove(int id) {
    FetchSession session = sessions.remove(id);
    if (session != null) {
      session.end();
    }
  }

  private boolean remove(FetchSession session) {
    boolean removed = sessions.remove(session.id, session);
    if (removed) {
      session.end();
    }
    return removed;
  }

  /** Lets go of a session that has grown to where all of them together are too large. */
  boolean removeIfTooLarge(FetchSession session) {
    return positionsHeld() > POSITIONS_MAX && remove(session);
  }

  private long positionsHeld() {
    long held = 0;
    for (FetchSession session : sessions.values()) {
      held += session.size();
    }
    return held;
  }

  /** A new session of these positions; empty when there is no room. */
  synchronized Optional<FetchSession> create(
      boolean byTopicId, Sight sight, List<FetchPosition> positions, long nowNanos) {
    if (sessions.size() >= slots && !makeRoom(nowNanos)) {
      return Optional.empty();
    }
    if (positions.size() > POSITIONS_MAX - positionsHeld()) {
      return Optional.empty();
    }
    int id;
    do {
      id = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    } while (sessions.containsKey(id));
    FetchSession session = new FetchSession(id, byTopicId, sight, positions, nowNanos);
    sessions.put(id, session);
    return Optional.of(session);
  }

  private boolean makeRoom(long nowNanos) {
    Optional<FetchSession> oldest =
        sessions.values().stream()
            .max(Comparator.comparingLong(session -> nowNanos - session.lastUsedNanos()));
    if (oldest.isEmpty() || nowNanos - oldest.get().lastUsedNanos() < RESTED_NANOS) {
      return false;
    }
    return remove(oldest.get());
  }
}
