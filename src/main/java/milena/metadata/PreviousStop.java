package milena.metadata;

/** How a broker's incarnation before this one ended, as far as its log directories tell. */
public enum PreviousStop {
  /** All was flushed, and the mark of a clean stop was left. */
  CLEAN,
  /** The process died but the operating system did not: what had been written is still there. */
  PROCESS_CRASH,
  /** Anything else, so that what was written but not flushed may be gone. */
  LOSSY
}
