package milena.log;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import milena.common.OffsetAndEpoch;

/**
 * At which offset each leader epoch began (KIP-101). Epochs and offsets ascend together. Immutable.
 *
 * <p>On disk, in Kafka's {@code leader-epoch-checkpoint}: a line with the version 0, one with the
 * number of entries, then a line "epoch offset" for each.
 */
final class LeaderEpochs {
  static final LeaderEpochs EMPTY = new LeaderEpochs(new int[0], new long[0]);

  private final int[] epochs;
  private final long[] starts;

  private LeaderEpochs(int[] epochs, long[] starts) {
    this.epochs = epochs;
    this.starts = starts;
  }

  boolean isEmpty() {
    return epochs.length == 0;
  }

  int latest() {
    return isEmpty() ? -1 : epochs[epochs.length - 1];
  }

  /** With the epoch beginning at the offset; entries that contradict it make way. */
  LeaderEpochs with(int epoch, long startOffset) {
    if (epoch <= latest() && (epoch == latest() || epochOf(startOffset) == epoch)) {
      return this;
    }
    TreeMap<Integer, Long> kept = new TreeMap<>();
    for (int i = 0; i < epochs.length; i++) {
      if (epochs[i] < epoch && starts[i] < startOffset) {
        kept.put(epochs[i], starts[i]);
      }
    }
    kept.put(epoch, startOffset);
    return of(kept);
  }

  /** Without the epochs that begin at {@code endOffset} or later. */
  LeaderEpochs truncatedTo(long endOffset) {
    int kept = 0;
    while (kept < starts.length && starts[kept] < endOffset) {
      kept++;
    }
    return kept == starts.length ? this : range(0, kept);
  }

  /** Without what lies wholly below {@code startOffset}; the epoch there then begins there. */
  LeaderEpochs startingAt(long startOffset) {
    int first = floor(startOffset);
    if (first < 0 || starts[first] == startOffset && first == 0) {
      return this;
    }
    LeaderEpochs kept = range(first, epochs.length);
    kept.starts[0] = startOffset;
    return kept;
  }

  /** The epoch of the record at this offset, -1 when it is older than the history. */
  int epochOf(long offset) {
    int i = floor(offset);
    return i < 0 ? -1 : epochs[i];
  }

  /**
   * The largest known epoch at or below {@code epoch} and where it ends; (-1, -1) when the epoch is
   * newer than the history.
   */
  OffsetAndEpoch endOf(int epoch, long logEndOffset) {
    if (epoch < 0 || epoch > latest()) {
      return new OffsetAndEpoch(-1, -1);
    }
    if (epoch == latest()) {
      return new OffsetAndEpoch(logEndOffset, epoch);
    }
    int next = 0;
    while (epochs[next] <= epoch) {
      next++;
    }
    return new OffsetAndEpoch(starts[next], next == 0 ? epoch : epochs[next - 1]);
  }

  private int floor(long offset) {
    int i = starts.length - 1;
    while (i >= 0 && starts[i] > offset) {
      i--;
    }
    return i;
  }

  private LeaderEpochs range(int from, int to) {
    return new LeaderEpochs(
        Arrays.copyOfRange(epochs, from, to), Arrays.copyOfRange(starts, from, to));
  }

  private static LeaderEpochs of(TreeMap<Integer, Long> entries) {
    return new LeaderEpochs(
        entries.keySet().stream().mapToInt(Integer::intValue).toArray(),
        entries.values().stream().mapToLong(Long::longValue).toArray());
  }

  /** What the directory's checkpoint says; null when there is none or it can't be read. */
  static LeaderEpochs read(Path file) throws IOException {
    List<String> lines;
    try {
      lines = new ArrayList<>(Files.readAllLines(file, StandardCharsets.UTF_8));
    } catch (NoSuchFileException | MalformedInputException none) {
      return null;
    }
    LeaderEpochs read = EMPTY;
    try {
      for (String line : CheckpointLines.entries(lines)) {
        String[] fields = line.trim().split("\\s+");
        read = read.with(Integer.parseInt(fields[0]), Long.parseLong(fields[1]));
      }
      return read;
    } catch (IllegalArgumentException | IndexOutOfBoundsException garbage) {
      return null;
    }
  }

  void write(Path file, boolean sync) throws IOException {
    List<String> entries = new ArrayList<>();
    for (int i = 0; i < epochs.length; i++) {
      entries.add(epochs[i] + " " + starts[i]);
    }
    DurableFiles.replace(file, CheckpointLines.format(entries), sync);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LeaderEpochs that
        && Arrays.equals(epochs, that.epochs)
        && Arrays.equals(starts, that.starts);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(epochs) + Arrays.hashCode(starts);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("LeaderEpochs(");
    for (int i = 0; i < epochs.length; i++) {
      text.append(i == 0 ? "" : ", ").append(epochs[i]).append(" from ").append(starts[i]);
    }
    return text.append(")").toString();
  }
}
