package milena.kafka.api;

import milena.log.LogSlice;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

/**
 * Records of a Fetch response that are still in their segment file: the encoder takes the slice and
 * has the kernel send it. Used by one thread at a time.
 */
public final class RecordsSlice implements BaseRecords, AutoCloseable {
  private final int sizeInBytes;
  private LogSlice slice;

  public RecordsSlice(LogSlice slice) {
    this.slice = slice;
    this.sizeInBytes = slice.sizeInBytes();
  }

  /** The slice, still owned by this. */
  public LogSlice slice() {
    return slice;
  }

  /** The slice, which the caller now has to close. */
  public LogSlice take() {
    LogSlice taken = slice;
    slice = null;
    return taken;
  }

  @Override
  public int sizeInBytes() {
    return sizeInBytes;
  }

  @Override
  public RecordsSend<? extends BaseRecords> toSend() {
    throw new UnsupportedOperationException("Sent by the response encoder");
  }

  @Override
  public void close() {
    LogSlice closing = take();
    if (closing != null) {
      closing.close();
    }
  }
}
