package milena.metadata;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * When the controller last heard from each broker. Nothing of it is durable: a new controller gives
 * every broker a full session from its own start, but half of one to the node that led before it:
 * that one has just spoken if it handed over, and was silent for a while if it did not. Times are
 * of any clock that only goes forward.
 */
public final class BrokerSessions {
  private final long sessionMs;
  private final long startedMs;
  private final int formerLeader;
  private final Map<Integer, Session> sessions = new HashMap<>();

  private record Session(long epoch, long lastHeardMs, long appliedSequence) {}

  /**
   * @param formerLeader the node that controlled before; -1 when it is not known
   */
  public BrokerSessions(long sessionMs, long nowMs, int formerLeader) {
    this.sessionMs = sessionMs;
    this.startedMs = nowMs;
    this.formerLeader = formerLeader;
  }

  /** A sign of life of one incarnation. */
  public void heard(int broker, long epoch, long appliedSequence, long nowMs) {
    sessions.put(broker, new Session(epoch, nowMs, appliedSequence));
  }

  /** Whether the broker's registered incarnation was heard from within its session. */
  public boolean alive(BrokerImage broker, long nowMs) {
    Session session = sessions.get(broker.id());
    return session != null
        && session.epoch == broker.epoch()
        && nowMs - session.lastHeardMs < sessionMs;
  }

  /** The brokers that are let in but silent for too long. */
  public List<BrokerImage> expired(ClusterImage image, long nowMs) {
    return image.brokers().values().stream()
        .filter(broker -> !broker.fenced() && nowMs - lastHeardMs(broker) >= sessionMs)
        .toList();
  }

  private long lastHeardMs(BrokerImage broker) {
    Session session = sessions.get(broker.id());
    if (session != null && session.epoch == broker.epoch()) {
      return session.lastHeardMs;
    }
    return broker.id() == formerLeader ? startedMs - sessionMs / 2 : startedMs;
  }

  /** The event that all other brokers that are let in have applied. */
  public long appliedByOthers(ClusterImage image, int broker) {
    return image.brokers().values().stream()
        .filter(other -> other.id() != broker && !other.fenced())
        .mapToLong(
            other -> {
              Session session = sessions.get(other.id());
              return session == null ? -1 : session.appliedSequence;
            })
        .min()
        .orElse(Long.MAX_VALUE);
  }
}
