package milena.kafka.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import milena.broker.partition.PartitionView;
import milena.log.LogSlice;

/**
 * The records that one pass over a fetch's positions reads: as many as the fetch may be given, and
 * old ones only when they need not be waited for.
 */
final class FetchedRecords {
  /** Old records that were read, and where they end. */
  private record Old(ReadAhead.Piece piece, long nextOffset) {}

  private final FetchTerms terms;
  private final ReadAhead.Waiter waiter;
  private final List<Old> old = new ArrayList<>(0);
  private long bytes;
  private long throttledBytes;
  private long promisedBytes;
  private boolean promised;
  private boolean awaited;

  /**
   * Those of a fetch on these terms.
   *
   * @param waiter told when old records have come that it was not given
   */
  FetchedRecords(FetchTerms terms, ReadAhead.Waiter waiter) {
    this.terms = terms;
    this.waiter = waiter;
  }

  /** Bytes of all that was read. */
  long bytes() {
    return bytes;
  }

  /** Whether there is nothing yet, but records are on their way from the disk. */
  boolean areOnTheirWay() {
    return promised && bytes == 0;
  }

  /** Whether somebody waits for those that were read to be on followers. */
  boolean areAwaited() {
    return awaited;
  }

  /** Reads what the position is given of its partition; null for nothing now. */
  LogSlice read(FetchPosition position, PartitionView view, long end) throws IOException {
    long offset = position.fetchOffset();
    long left = Math.max(0, terms.maxBytes() - bytes);
    int room = (int) Math.min(position.maxBytes(), left);
    if (offset >= end
        || room <= 0 && bytes > 0
        || terms.audience().isHeldBack(terms.partitions(), view)) {
      return null;
    }
    ReadAhead.Piece piece = null;
    if (!isRecent(view, offset)) {
      piece = new ReadAhead.Piece(view, offset, end, position.maxBytes());
      if (promised && promisedBytes >= left) {
        return null; // it will not get so far this time
      }
      if (!terms.readAhead().isThere(piece, waiter, System.nanoTime())) {
        promised = true;
        promisedBytes += piece.bytes();
        return null;
      }
      room = Math.min(room, piece.bytes());
    }
    LogSlice slice = view.log().read(offset, end, room, bytes == 0);
    if (slice.sizeInBytes() == 0) {
      slice.close();
      return null;
    }
    if (piece != null) {
      old.add(new Old(piece, slice.nextOffset()));
    }
    bytes += slice.sizeInBytes();
    awaited |= view.awaited();
    throttledBytes += terms.audience().isThrottled(view) ? slice.sizeInBytes() : 0;
    return slice;
  }

  private static boolean isRecent(PartitionView view, long offset) {
    return view.log().isRecent(offset, System.currentTimeMillis());
  }

  /** They leave for who asked. */
  void given() {
    terms.audience().given(throttledBytes);
    for (Old each : old) {
      ReadAhead.Piece piece = each.piece;
      if (each.nextOffset < piece.end() && !isRecent(piece.view(), each.nextOffset)) {
        terms
            .readAhead()
            .given(
                piece,
                new ReadAhead.Piece(piece.view(), each.nextOffset, piece.end(), piece.bytes()),
                System.nanoTime());
      } else {
        terms.readAhead().given(piece);
      }
    }
  }
}
