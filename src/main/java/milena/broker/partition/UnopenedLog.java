package milena.broker.partition;

import java.util.List;
import java.util.Optional;
import milena.common.OffsetAndEpoch;
import milena.log.LogSlice;
import milena.log.LogView;
import milena.log.OffsetOutOfLogException;

/** What is shown of a log that could not be opened: nothing. */
enum UnopenedLog implements LogView {
  INSTANCE;

  @Override
  public long logStartOffset() {
    return 0;
  }

  @Override
  public long logEndOffset() {
    return 0;
  }

  @Override
  public long sizeInBytes() {
    return 0;
  }

  @Override
  public LogSlice read(long fromOffset, long upToOffset, int maxBytes, boolean atLeastOneBatch)
      throws OffsetOutOfLogException {
    throw new OffsetOutOfLogException("The log could not be opened");
  }

  @Override
  public boolean isRecent(long offset, long nowMs) {
    return true;
  }

  @Override
  public List<AbortedTransaction> abortedTransactions(long fromOffset, long upToOffset) {
    return List.of();
  }

  @Override
  public Optional<TimestampAndOffset> offsetForTimestamp(long timestampMs) {
    return Optional.empty();
  }

  @Override
  public Optional<TimestampAndOffset> offsetOfMaxTimestamp() {
    return Optional.empty();
  }

  @Override
  public OffsetAndEpoch endOffsetForEpoch(int leaderEpoch) {
    return new OffsetAndEpoch(-1, -1);
  }

  @Override
  public int epochOfOffset(long offset) {
    return -1;
  }

  @Override
  public List<ProducerStateView> activeProducers() {
    return List.of();
  }
}
