package milena.log;

/** Segments that have left their log and whose files still wait to be erased. */
public final class DeletedSegments {
  DeletedSegments() {}

  public boolean isEmpty() {
    throw new UnsupportedOperationException();
  }

  /** Removes the files; on any thread. Those left by a crash are removed at the next open. */
  public void erase() {
    throw new UnsupportedOperationException();
  }
}
