package milena.streams.link;

import java.nio.ByteBuffer;
import java.util.List;
import milena.log.LogView.AbortedTransaction;
import org.apache.kafka.common.protocol.Errors;

/**
 * A leader's answer to a {@link ReadRequest}.
 *
 * @param error NONE, or why there is nothing else in the answer
 * @param highWatermark where committed records end
 * @param aborted what of {@code records} is to be left out; told only to who asked for committed
 *     records
 * @param records whole batches, or nothing when none came in time; the asker's own
 */
public record ReadAnswer(
    Errors error, long highWatermark, List<AbortedTransaction> aborted, ByteBuffer records) {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  public ReadAnswer {
    aborted = List.copyOf(aborted);
  }

  /** An answer without records. */
  public static ReadAnswer empty(Errors error, long highWatermark) {
    return new ReadAnswer(error, highWatermark, List.of(), NOTHING.duplicate());
  }
}
