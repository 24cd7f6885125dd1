package milena.streams.core;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import milena.streams.link.WriteAnswer;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;

/**
 * One producer's batches for one partition, from when they are closed until they are acknowledged:
 * in order, each with its sequence number, a few of them under way.
 *
 * <pre>
 *   FLOWING    --an answer that may be tried again--> SETTLING
 *   SETTLING   --all that is under way is answered--> RESTING: (wait a little, ask who leads)
 *   RESTING    --rested--> FLOWING: all that is not acknowledged is sent again, oldest first
 * </pre>
 *
 * So batches are never reordered: nothing is sent past one whose fate is open, and the leader knows
 * by the sequence numbers what it has already (the last five batches, so no more than five may be
 * under way).
 *
 * @param <B> what the batch is to its owner
 */
public final class ProducerWindow<B> {
  /** A leader remembers so many batches of a producer. */
  public static final int IN_FLIGHT_MAX = 5;

  private enum State {
    FLOWING,
    SETTLING,
    RESTING
  }

  /**
   * A closed batch.
   *
   * @param bytes the batch, which nobody changes any more
   */
  public static final class Entry<B> {
    private final B batch;
    private final ByteBuffer bytes;
    private int attempt;

    Entry(B batch, ByteBuffer bytes) {
      this.batch = batch;
      this.bytes = bytes;
    }

    public B batch() {
      return batch;
    }

    public ByteBuffer bytes() {
      return bytes;
    }

    /** Counts the times it was sent. */
    public int attempt() {
      return attempt;
    }
  }

  /** What came of an answer. */
  public enum Verdict {
    /** Nothing to do: the answer is to an earlier attempt. */
    STALE,
    /** The batch is acknowledged. */
    ACKNOWLEDGED,
    /** Wait for what else is under way. */
    SETTLING,
    /** As the answer says, and everything is answered: rest, then call {@link #rested}. */
    REST,
    /** The batch can't be written: the producer is at its end. */
    FATAL
  }

  private final int inFlightMax;
  private final Deque<Entry<B>> waiting = new ArrayDeque<>();
  private final Deque<Entry<B>> inFlight = new ArrayDeque<>();
  private int unanswered;
  private int attempt = 1;
  private State state = State.FLOWING;

  public ProducerWindow(int inFlightMax) {
    this.inFlightMax = Math.min(inFlightMax, IN_FLIGHT_MAX);
  }

  /** Puts a batch behind the others. */
  public void add(B batch, ByteBuffer bytes) {
    waiting.add(new Entry<>(batch, bytes));
  }

  /** The next batch to be sent, which is under way from now on; null when none may be sent. */
  public Entry<B> next() {
    if (state != State.FLOWING || inFlight.size() >= inFlightMax || waiting.isEmpty()) {
      return null;
    }
    Entry<B> entry = waiting.poll();
    entry.attempt = attempt;
    inFlight.add(entry);
    unanswered++;
    return entry;
  }

  /** Whether a batch that is only half full should rather gather more. */
  public boolean isBusy() {
    return !inFlight.isEmpty() || !waiting.isEmpty();
  }

  /** The oldest batch that is not acknowledged; null when there is none. */
  public B oldest() {
    return !inFlight.isEmpty()
        ? inFlight.peek().batch
        : waiting.isEmpty() ? null : waiting.peek().batch;
  }

  /**
   * The answer to a batch, or REQUEST_TIMED_OUT in its stead when there is none. Unless it is
   * stale, a batch that {@link #isAcknowledged} is no longer in the window.
   *
   * @param sentAttempt the entry's attempt when it was sent
   */
  public Verdict answered(Entry<B> entry, int sentAttempt, WriteAnswer answer) {
    if (sentAttempt != attempt) {
      return Verdict.STALE;
    }
    unanswered--;
    Errors error = answer.error();
    if (isAcknowledged(answer)) {
      inFlight.remove(entry);
      return state == State.SETTLING && unanswered == 0 ? settled() : Verdict.ACKNOWLEDGED;
    }
    boolean behindAFailed =
        error == Errors.OUT_OF_ORDER_SEQUENCE_NUMBER && entry != inFlight.peek();
    if (!behindAFailed && !(error.exception() instanceof RetriableException)) {
      return Verdict.FATAL;
    }
    state = State.SETTLING;
    return unanswered == 0 ? settled() : Verdict.SETTLING;
  }

  /** Whether the leader has the batch. */
  public static boolean isAcknowledged(WriteAnswer answer) {
    return answer.error() == Errors.NONE || answer.error() == Errors.DUPLICATE_SEQUENCE_NUMBER;
  }

  private Verdict settled() {
    state = State.RESTING;
    return Verdict.REST;
  }

  /** Goes on: what is not acknowledged waits again, in front, in its order. */
  public void rested() {
    if (state != State.RESTING) {
      throw new IllegalStateException("Only a window that rests can have rested: " + state);
    }
    attempt++;
    List<Entry<B>> again = new ArrayList<>(inFlight);
    inFlight.clear();
    for (int i = again.size() - 1; i >= 0; i--) {
      waiting.addFirst(again.get(i));
    }
    state = State.FLOWING;
  }
}
