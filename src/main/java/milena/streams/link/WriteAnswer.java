package milena.streams.link;

import org.apache.kafka.common.protocol.Errors;

/**
 * A leader's answer to a {@link WriteRequest}.
 *
 * @param message what the leader has to say of an error, or null
 * @param baseOffset of the batch's first record; of a batch that was there already, too
 * @param logAppendTimeMs -1 unless the topic stamps records itself
 */
public record WriteAnswer(Errors error, String message, long baseOffset, long logAppendTimeMs) {
  /** The batch was not appended, or nobody knows. */
  public static WriteAnswer refused(Errors error) {
    return new WriteAnswer(error, null, -1, -1);
  }
}
