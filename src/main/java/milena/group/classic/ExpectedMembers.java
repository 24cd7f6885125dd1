package milena.group.classic;

import java.util.HashMap;
import java.util.Map;

/** Ids that were handed out but not yet used for a join, and until when they may be (KIP-394). */
final class ExpectedMembers {
  private final Map<String, Long> untilMsById = new HashMap<>();

  boolean isEmpty() {
    return untilMsById.isEmpty();
  }

  boolean contains(String id) {
    return untilMsById.containsKey(id);
  }

  void add(String id, long untilMs) {
    untilMsById.put(id, untilMs);
  }

  void remove(String id) {
    untilMsById.remove(id);
  }

  /**
   * Removes those whose time is over.
   *
   * @return whether there were any
   */
  boolean expire(long nowMs) {
    return untilMsById.values().removeIf(untilMs -> untilMs <= nowMs);
  }

  /** When the next one is given up; {@link Member#NEVER} if there is none. */
  long nextDeadlineMs() {
    long next = Member.NEVER;
    for (long untilMs : untilMsById.values()) {
      next = Math.min(next, untilMs);
    }
    return next;
  }

  void clear() {
    untilMsById.clear();
  }
}
