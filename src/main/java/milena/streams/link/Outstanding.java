package milena.streams.link;

import akka.util.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import milena.streams.link.StreamMessage.Answer;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * What has been asked of brokers and is not answered yet, and which brokers are suspiciously quiet.
 * Belongs to its {@link StreamLink}; times are of {@link System#nanoTime}.
 *
 * <p>Silence alone proves nothing, since a leader may have to wait for its followers. So a quiet
 * broker is only suspected: it is asked nothing that any other could answer, until it is heard
 * again, and somebody else is asked whether it is still one of the cluster's.
 */
final class Outstanding {
  /** How long a broker may be quiet beyond the time it was given, before it is suspected. */
  static final Duration PATIENCE = Duration.ofMillis(500);

  private static final class Pending {
    final int broker;
    final long expectedNanos;
    final long deadlineNanos;
    final CompletableFuture<ByteString> done;
    final Parts parts = new Parts();

    Pending(
        int broker, long expectedNanos, long deadlineNanos, CompletableFuture<ByteString> done) {
      this.broker = broker;
      this.expectedNanos = expectedNanos;
      this.deadlineNanos = deadlineNanos;
      this.done = done;
    }
  }

  private final Map<Long, Pending> pending = new HashMap<>();
  private final Map<Integer, Long> heardNanos = new HashMap<>();
  private final Set<Integer> suspects = new HashSet<>();
  private long lastId;

  /**
   * @param grace what the broker may take without anything being wrong
   * @param timeout after what time it fails
   * @return the id that the answer is to bear
   */
  long add(
      int broker,
      long nowNanos,
      Duration grace,
      Duration timeout,
      CompletableFuture<ByteString> done) {
    long expected = nowNanos + grace.toNanos() + PATIENCE.toNanos();
    pending.put(++lastId, new Pending(broker, expected, nowNanos + timeout.toNanos(), done));
    return lastId;
  }

  boolean isEmpty() {
    return pending.isEmpty();
  }

  /** A part of an answer has come; what came too late is not looked at. */
  void arrived(Answer answer, long nowNanos) {
    Pending asked = pending.get(answer.id());
    if (asked == null) {
      return;
    }
    heardNanos.put(asked.broker, nowNanos);
    suspects.remove(asked.broker);
    ByteString whole = asked.parts.add(answer);
    if (whole != null) {
      pending.remove(answer.id());
      asked.done.complete(whole);
    }
  }

  /** Fails what was to be answered by now. */
  void failLate(long nowNanos) {
    take(each -> each.deadlineNanos - nowNanos < 0)
        .forEach(
            each ->
                each.done.completeExceptionally(
                    new TimeoutException("Broker " + each.broker + " did not answer in time")));
  }

  /** Fails what was asked of a broker that is not there any more, or not the one it was. */
  void failAllOf(int broker) {
    take(each -> each.broker == broker)
        .forEach(each -> each.done.completeExceptionally(lost(broker)));
  }

  /** A broker has begun anew, or has gone for good: nothing is held against it. */
  void forget(int broker) {
    suspects.remove(broker);
    heardNanos.remove(broker);
  }

  static DisconnectException lost(int broker) {
    return new DisconnectException(
        broker == BrokerLink.ANY
            ? "No broker can be reached"
            : "Broker " + broker + " can't be reached");
  }

  private List<Pending> take(Predicate<Pending> which) {
    List<Pending> taken = new ArrayList<>();
    Iterator<Pending> all = pending.values().iterator();
    while (all.hasNext()) {
      Pending each = all.next();
      if (which.test(each)) {
        all.remove();
        taken.add(each);
      }
    }
    return taken;
  }

  /** The brokers that owe an answer and have said nothing for too long; they are suspects now. */
  Set<Integer> quiet(long nowNanos) {
    Set<Integer> quiet = new HashSet<>();
    for (Pending each : pending.values()) {
      if (each.expectedNanos - nowNanos < 0) {
        Long heard = heardNanos.get(each.broker);
        if (heard == null || nowNanos - heard > PATIENCE.toNanos()) {
          quiet.add(each.broker);
        }
      }
    }
    suspects.addAll(quiet);
    return quiet;
  }

  /** Whether it was quiet for too long when it was last looked at, and has not been heard since. */
  boolean isSuspect(int broker) {
    return suspects.contains(broker);
  }
}
