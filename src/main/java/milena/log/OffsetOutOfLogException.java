package milena.log;

import java.io.IOException;

/** A read outside of what the log holds: OFFSET_OUT_OF_RANGE to a client. */
public final class OffsetOutOfLogException extends IOException {
  public OffsetOutOfLogException(String message) {
    super(message);
  }
}
