package milena.log;

import java.io.IOException;

/** A segment holds something else than batches: CORRUPT_MESSAGE to a client. */
public final class DamagedLogException extends IOException {
  public DamagedLogException(String message) {
    super(message);
  }

  static DamagedLogException at(Segment segment, int position, int limit) {
    return new DamagedLogException(
        "there is no sound batch at byte "
            + position
            + " of "
            + segment
            + ", which goes on to "
            + limit);
  }
}
