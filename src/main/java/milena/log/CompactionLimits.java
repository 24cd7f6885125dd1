package milena.log;

/**
 * What a compaction may take.
 *
 * @param maxKeys how many keys it may hold in memory, at 24 bytes each; what follows is left for
 *     the next one
 * @param pace is told of the bytes it has read and written
 */
public record CompactionLimits(int maxKeys, Pace pace) {
  /** Bytes that a key takes in memory, however long it is. */
  public static final int KEY_BYTES = 24;

  /** No throttle, and room for the keys of Kafka's default buffer. */
  public static final CompactionLimits DEFAULT = new CompactionLimits(5_000_000, bytes -> {});

  /** Slows a compaction down. */
  public interface Pace {
    /** So many bytes were read or written; may block. */
    void moved(long bytes);
  }
}
