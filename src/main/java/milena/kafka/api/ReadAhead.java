package milena.kafka.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import milena.broker.partition.PartitionView;
import milena.common.TopicIdPartition;
import milena.log.LogSlice;

/**
 * Has old records read from the disk into the page cache before they are sent, so that no event
 * loop waits for a disk: a reader's first piece when it is asked for, each further one while the
 * one before it is on its way to the reader.
 *
 * <p>With {@link #PIECES_MAX} asked for and not sent yet, records are sent from where they are;
 * with {@link #AHEAD_BYTES_MAX}, each piece is read when it is asked for, and none ahead.
 *
 * <p>Any thread may call it.
 */
public final class ReadAhead {
  /** The most that one answer holds of a partition's old records. */
  static final int PIECE_BYTES_MAX = 4 << 20;

  static final int PIECES_MAX = 4096;
  static final long AHEAD_BYTES_MAX = 256L << 20;

  /** What was read so long ago may have left the page cache again. */
  static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Somebody who waits for pieces. */
  interface Waiter {
    /** One of them is there; any thread. */
    void broughtIn();
  }

  /**
   * What a reader is given next of a partition.
   *
   * @param end the offset at which what it may see ends
   */
  record Piece(PartitionView view, long offset, long end, int bytes) {
    Piece {
      bytes = Math.min(bytes, PIECE_BYTES_MAX);
    }
  }

  private record Place(TopicIdPartition partition, long offset) {
    static Place of(Piece piece) {
      return new Place(piece.view.id(), piece.offset);
    }
  }

  /** A piece from when it is asked for until it is given to all who waited for it. */
  private static final class State {
    private final int bytes;
    private final long askedNanos;
    private final List<Waiter> waiters = new ArrayList<>(1);
    private boolean there;

    /** To so many who waited it is still to be given: it is kept for each of them. */
    private int owed;

    State(int bytes, long askedNanos) {
      this.bytes = bytes;
      this.askedNanos = askedNanos;
    }
  }

  private final Executor disk;

  /** In the order in which they were asked for. */
  private final Map<Place, State> pieces = new LinkedHashMap<>();

  private long bytes;

  /**
   * One for a node.
   *
   * @param disk where the disk may be waited for
   */
  public ReadAhead(Executor disk) {
    this.disk = disk;
  }

  /**
   * Whether the piece may be sent now. If not, the waiter is told when it may: it then asks again.
   */
  boolean isThere(Piece piece, Waiter waiter, long nowNanos) {
    Place place = Place.of(piece);
    State state;
    synchronized (this) {
      state = find(place, nowNanos);
      if (state != null) {
        return isThere(state, waiter);
      }
      if (!hasRoom(0, nowNanos)) {
        return true;
      }
      state = add(place, piece, nowNanos);
    }
    read(piece, place);
    synchronized (this) {
      return isThere(state, waiter);
    }
  }

  private static boolean isThere(State state, Waiter waiter) {
    if (!state.there && !state.waiters.contains(waiter)) {
      state.waiters.add(waiter);
    }
    return state.there;
  }

  /** The piece leaves for its reader, who is expected to ask for the next one. */
  void given(Piece piece, Piece next, long nowNanos) {
    Place place = Place.of(next);
    synchronized (this) {
      forget(piece);
      if (find(place, nowNanos) != null || !hasRoom(next.bytes, nowNanos)) {
        return;
      }
      add(place, next, nowNanos);
    }
    read(next, place);
  }

  /** The piece leaves for its reader, and what comes next is recent, or is not there yet. */
  synchronized void given(Piece piece) {
    forget(piece);
  }

  private void forget(Piece piece) {
    Place place = Place.of(piece);
    State state = pieces.get(place);
    if (state != null && state.there && --state.owed <= 0) {
      pieces.remove(place);
      bytes -= state.bytes;
    }
  }

  private State find(Place place, long nowNanos) {
    State state = pieces.get(place);
    if (state != null && isStale(state, nowNanos)) {
      pieces.remove(place);
      bytes -= state.bytes;
      return null;
    }
    return state;
  }

  private static boolean isStale(State state, long nowNanos) {
    return state.there && nowNanos - state.askedNanos >= KEPT_NANOS;
  }

  private State add(Place place, Piece piece, long nowNanos) {
    State state = new State(piece.bytes, nowNanos);
    pieces.put(place, state);
    bytes += state.bytes;
    return state;
  }

  /**
   * Whether one more may be asked for.
   *
   * @param ahead its bytes when nobody waits for it, else 0
   */
  private boolean hasRoom(int ahead, long nowNanos) {
    if (isWithinBounds(ahead)) {
      return true;
    }
    Iterator<State> oldest = pieces.values().iterator();
    while (oldest.hasNext()) {
      State state = oldest.next();
      if (nowNanos - state.askedNanos < KEPT_NANOS) {
        break;
      }
      if (state.there) {
        oldest.remove();
        bytes -= state.bytes;
      }
    }
    return isWithinBounds(ahead);
  }

  private boolean isWithinBounds(int ahead) {
    return pieces.size() < PIECES_MAX && (ahead == 0 || bytes + ahead <= AHEAD_BYTES_MAX);
  }

  private void read(Piece piece, Place place) {
    try {
      disk.execute(
          () -> {
            try (LogSlice slice =
                piece.view.log().read(piece.offset, piece.end, piece.bytes, true)) {
              slice.load();
            } catch (IOException | RuntimeException e) {
              // Who reads it to send it meets the same, and tells its client.
              return;
            } finally {
              there(place);
            }
          });
    } catch (RejectedExecutionException e) {
      there(place); // the node ends
    }
  }

  private void there(Place place) {
    List<Waiter> told;
    synchronized (this) {
      State state = pieces.get(place);
      state.there = true;
      told = List.copyOf(state.waiters);
      state.owed = told.size();
      state.waiters.clear();
    }
    told.forEach(Waiter::broughtIn);
  }
}
