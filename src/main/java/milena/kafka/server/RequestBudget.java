package milena.kafka.server;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * The bytes that requests of all connections may hold, whole ones and those that are still coming.
 * Taking never fails: a connection that finds too little room reads no further until there is more.
 *
 * <p>Whole requests come to their ends by themselves. Of those that are coming nobody knows, hence
 * large ones ({@link #LARGE_BYTES} and more) may hold half of the room and the others three
 * quarters: however many clients stop in the midst of large requests, the small ones of others find
 * room. So that frames come to their ends even when they alone fill their share, one connection at
 * a time may read on ({@link #mayOverrun}), outside of the count: the bound may be passed by one
 * frame.
 *
 * <p>Any thread may call it.
 */
final class RequestBudget {
  /** From here on a request is a large one: larger than a producer's largest by default. */
  static final int LARGE_BYTES = (1 << 20) + (64 << 10);

  /** Room of this size may let another frame go on even where there was some before. */
  private static final int WORTH_WAKING_BYTES = 64 << 10;

  private final long maxBytes;
  private final LongSupplier nanos;
  private final AtomicLong takenBytes = new AtomicLong();
  private final AtomicLong comingBytes = new AtomicLong();
  private final AtomicReference<Object> overrunning = new AtomicReference<>();
  private final AtomicLong crowdedSinceNanos;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  /**
   * @param nanos a clock that only goes forward
   */
  RequestBudget(long maxBytes, LongSupplier nanos) {
    this.maxBytes = maxBytes;
    this.nanos = nanos;
    this.crowdedSinceNanos = new AtomicLong(nanos.getAsLong());
  }

  /** For whom there is no room, from nobody to everyone. */
  private enum Crowd {
    NONE,
    LARGE_FRAMES,
    FRAMES,
    ALL
  }

  private Crowd crowd(long taken, long coming) {
    if (taken >= maxBytes) {
      return Crowd.ALL;
    } else if (coming >= share(1)) {
      return Crowd.FRAMES;
    } else {
      return coming >= share(LARGE_BYTES) ? Crowd.LARGE_FRAMES : Crowd.NONE;
    }
  }

  private long share(int frameBytes) {
    return frameBytes >= LARGE_BYTES ? maxBytes / 2 : maxBytes / 4 * 3;
  }

  private Crowd crowd() {
    return crowd(takenBytes.get(), comingBytes.get());
  }

  /** Takes the bytes of a whole request. */
  void take(long bytes) {
    long coming = comingBytes.get();
    long taken = takenBytes.addAndGet(bytes);
    noteCrowd(crowd(taken - bytes, coming), crowd(taken, coming));
  }

  /** Takes bytes for a frame that is coming. */
  void takeForFrame(long bytes) {
    long coming = comingBytes.addAndGet(bytes);
    long taken = takenBytes.addAndGet(bytes);
    noteCrowd(crowd(taken - bytes, coming - bytes), crowd(taken, coming));
  }

  private void noteCrowd(Crowd before, Crowd after) {
    if (before == Crowd.NONE && after != Crowd.NONE && nobodyOverruns()) {
      crowdedSinceNanos.set(nanos.getAsLong());
    }
  }

  /** Gives back what a whole request held. */
  void give(long bytes) {
    long left = takenBytes.addAndGet(-bytes);
    if (left < 0) {
      throw new IllegalStateException("More bytes given back than were taken: " + left);
    }
    long coming = comingBytes.get();
    wakeIfLess(crowd(left + bytes, coming), crowd(left, coming));
  }

  /** Gives back what a frame held that has come, or comes no more. */
  void giveOfFrame(long bytes) {
    long coming = comingBytes.addAndGet(-bytes);
    long left = takenBytes.addAndGet(-bytes);
    if (bytes >= WORTH_WAKING_BYTES) {
      wakeAll();
    } else {
      wakeIfLess(crowd(left + bytes, coming + bytes), crowd(left, coming));
    }
  }

  private void wakeIfLess(Crowd before, Crowd after) {
    if (after.compareTo(before) < 0) {
      wakeAll();
    }
  }

  /** Whether no request at all may begin. */
  boolean exhausted() {
    return takenBytes.get() >= maxBytes;
  }

  /** Whether a frame of this length, which has begun, may take so many bytes more. */
  boolean hasRoom(int frameBytes, long more) {
    return !exhausted() && comingBytes.get() + more <= share(frameBytes);
  }

  /** For how long somebody has found no room, at any time; 0 when all do. */
  long crowdedNanos(long nowNanos) {
    return crowd() == Crowd.NONE && nobodyOverruns()
        ? 0
        : Math.max(0, nowNanos - crowdedSinceNanos.get());
  }

  /** Whether the frame of this reader's is the one that may go on without room. */
  boolean mayOverrun(Object reader) {
    if (overrunning.get() == reader) {
      return true;
    }
    boolean begins = overrunning.compareAndSet(null, reader);
    if (begins && crowd() == Crowd.NONE) {
      crowdedSinceNanos.set(nanos.getAsLong());
    }
    return begins;
  }

  /** Whether no frame goes on without room. */
  boolean nobodyOverruns() {
    return overrunning.get() == null;
  }

  /** The reader's frame has ended, well or not; does nothing for any but the one going on. */
  void endOverrun(Object reader) {
    if (overrunning.get() == reader && overrunning.compareAndSet(reader, null)) {
      wakeAll();
    }
  }

  long takenBytes() {
    return takenBytes.get();
  }

  /** Calls {@code resume} once, from any thread, when there may be more room. */
  void whenRoom(Runnable resume) {
    waiting.add(resume);
  }

  private void wakeAll() {
    // Who finds no room after all waits again: not in this round.
    for (int left = waiting.size(); left > 0; left--) {
      Runnable resume = waiting.poll();
      if (resume == null) {
        return;
      }
      resume.run();
    }
  }
}
