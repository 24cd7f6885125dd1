package milena.log;

import java.io.IOException;

/**
 * A read through a view of a log that has been closed meanwhile. It says nothing about the offset:
 * a client should ask again elsewhere (NOT_LEADER_OR_FOLLOWER), not reset.
 */
public final class LogClosedException extends IOException {
  public LogClosedException(String message) {
    super(message);
  }
}
