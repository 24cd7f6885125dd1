package milena.kafka.api;

import java.util.List;
import java.util.Optional;
import milena.common.OffsetAndEpoch;
import milena.log.LogSlice;
import milena.log.LogView;

/** A log that has a length and a size, and nothing to read. */
record TestLogView(long logEndOffset, long sizeInBytes) implements LogView {
  @Override
  public long logStartOffset() {
    return 0;
  }

  @Override
  public LogSlice read(long from, long upTo, int maxBytes, boolean atLeastOneBatch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isRecent(long offset, long nowMs) {
    return true;
  }

  @Override
  public List<AbortedTransaction> abortedTransactions(long from, long upTo) {
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
