package milena.log;

/** Who an append comes from, which decides what is checked. */
public enum AppendSource {
  /** A producer: epochs and sequence numbers are checked. */
  CLIENT,
  /** A coordinator on this node: producer epochs are checked, sequence numbers are its own. */
  COORDINATOR
}
