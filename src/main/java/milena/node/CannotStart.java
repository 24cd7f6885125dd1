package milena.node;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** The node can't start, and its message says why in one line that an operator can act upon. */
public final class CannotStart extends RuntimeException {
  public CannotStart(String message) {
    super(message);
  }

  public CannotStart(String message, Throwable cause) {
    super(message, cause);
  }

  /** What this failure of a start tells, out of what futures wrap it in. */
  static CannotStart because(Throwable failure) {
    if (failure instanceof CannotStart known) {
      return known;
    }
    boolean wrapped =
        failure instanceof ExecutionException || failure instanceof CompletionException;
    if (wrapped && failure.getCause() != null) {
      return because(failure.getCause());
    }
    String reason =
        failure instanceof TimeoutException
            ? "its cluster did not let it in in time"
            : failure.toString();
    return new CannotStart("The node can't start: " + reason + ".", failure);
  }
}
