package milena.cli.client;

/** What keeps a command from being done, in one line for the person who gave it. */
public final class Complaint extends RuntimeException {
  public Complaint(String message) {
    super(message);
  }
}
