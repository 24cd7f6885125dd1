package milena.node;

/** The node can't start, and its message says why in one line that an operator can act upon. */
public final class CannotStart extends RuntimeException {
  public CannotStart(String message) {
    super(message);
  }

  public CannotStart(String message, Throwable cause) {
    super(message, cause);
  }
}
