package milena.group.message;

import java.util.ArrayList;
import java.util.List;

/**
 * One step of a group: the time it happens at, by two clocks, and what comes of it. The replies may
 * be sent once the events are durable and applied, at once when there are none.
 *
 * @param <A> how the caller addresses a reply
 */
public final class Turn<A> {
  private final long nowMs;
  private final long wallMs;
  private final List<GroupEvent> events = new ArrayList<>(1);
  private final List<Reply<A>> replies = new ArrayList<>(1);

  /**
   * At a time.
   *
   * @param nowMs by a clock that only goes on, from anywhere: deadlines are counted by it
   * @param wallMs since 1970, by a clock that somebody may set: what is stored says it
   */
  public Turn(long nowMs, long wallMs) {
    this.nowMs = nowMs;
    this.wallMs = wallMs;
  }

  /** What is said, and to whom. */
  public record Reply<A>(A to, GroupResponse response) {}

  public long nowMs() {
    return nowMs;
  }

  public long wallMs() {
    return wallMs;
  }

  public List<GroupEvent> events() {
    return events;
  }

  public List<Reply<A>> replies() {
    return replies;
  }

  public void write(GroupEvent event) {
    events.add(event);
  }

  public void reply(A to, GroupResponse response) {
    replies.add(new Reply<>(to, response));
  }
}
