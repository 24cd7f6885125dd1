package milena.common;

/**
 * The identity of an idempotent producer's session (KIP-98); {@link #NONE} for any other producer.
 */
public record ProducerIdAndEpoch(long producerId, short producerEpoch) {
  public static final ProducerIdAndEpoch NONE = new ProducerIdAndEpoch(-1L, (short) -1);
}
