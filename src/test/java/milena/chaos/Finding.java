package milena.chaos;

/** What must not happen, and did. */
record Finding(Kind kind, String what) {
  enum Kind {
    /** A record was acknowledged and is not there. */
    LOST,
    /** A record is there twice. */
    DUPLICATE,
    /** A producer's records are not in the order it sent them in. */
    DISORDER,
    /** An offset named one record and later another. */
    INCONSISTENT_OFFSET,
    /** A consumer was given a record that is not there: it was never committed. */
    VANISHED,
    /** A consumer was given again what it had, with no new assignment between. */
    BACKWARDS,
    /** A group was never given a record, or a consumer jumped over one. */
    SKIPPED,
    /** A group went on before what it had committed. */
    COMMIT_FORGOTTEN,
    /** A topic whose making was acknowledged is not there, or one whose deletion was is. */
    TOPIC,
    /** The logs of two replicas differ. */
    REPLICAS_DIFFER,
    /** A client was told of an error that no fault explains. */
    CLIENT_ERROR,
    /** A node ended though nobody ended it. */
    NODE_ENDED,
    /** With the faults over, something did not come back in time. */
    NO_PROGRESS
  }

  @Override
  public String toString() {
    return kind + ": " + what;
  }
}
