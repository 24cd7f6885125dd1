package milena.broker.partition;

import akka.actor.testkit.typed.javadsl.TestInbox;
import akka.actor.typed.ActorRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import milena.common.OffsetAndEpoch;
import milena.common.TopicIdPartition;
import milena.log.LogSlice;
import milena.log.LogView;
import milena.log.OffsetOutOfLogException;
import milena.record.BatchBuilder;
import milena.record.RecordBatch;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;

/**
 * A partition for tests of what reads partitions: a list of batches in one file, which the test
 * appends to and publishes by itself. What is told to its replica lies in {@link #inbox}.
 */
public final class FilePartition implements PartitionHandle, AutoCloseable {
  public final TestInbox<PartitionReplica.Command> inbox = TestInbox.create();
  public final AtomicInteger openSlices = new AtomicInteger();

  /** How often its records were read, and how often brought into memory. */
  public final AtomicInteger reads = new AtomicInteger();

  public final AtomicInteger loads = new AtomicInteger();

  /** How often the view was asked for. */
  public final AtomicInteger looks = new AtomicInteger();

  public final CopyOnWriteArrayList<Watcher> watchers = new CopyOnWriteArrayList<>();
  private final TopicIdPartition id;
  private final TopicPartition name;
  private final Path path;
  private final FileChannel channel;
  private final List<Batch> batches = new ArrayList<>();
  private final List<LogView.AbortedTransaction> aborted = new ArrayList<>();
  private final List<LogView.ProducerStateView> producers = new ArrayList<>();
  private final TreeMap<Integer, Long> epochStarts = new TreeMap<>(Map.of(0, 0L));
  private volatile PartitionView view;
  private ActorRef<PartitionReplica.Command> replica = inbox.getRef();
  private volatile long recentFrom;
  private volatile boolean offline;
  private boolean awaited;
  private boolean leading = true;
  private int leaderEpoch;
  private long logStart;
  private long logEnd;

  private record Batch(long base, long last, long timestampMs, long position, int bytes) {}

  public FilePartition(TopicIdPartition id, String topic) {
    this.id = id;
    this.name = new TopicPartition(topic, id.partition());
    try {
      path = Files.createTempFile("partition", ".log");
      channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    publish(0, 0);
  }

  /** Lets a registry find it. */
  public FilePartition in(PartitionRegistry registry) {
    registry.enter(this);
    return this;
  }

  public void leave(PartitionRegistry registry) {
    registry.leave(this);
    watchers.forEach(Watcher::stopped);
  }

  /** Appends a batch of one record with this value, and publishes it as committed. */
  public FilePartition append(String value) {
    write(value, logEnd);
    return publish(logEnd, logEnd);
  }

  /** Appends a batch of one record, whose timestamp is this, without publishing it. */
  public FilePartition write(String value, long timestampMs) {
    ByteBuffer batch =
        new BatchBuilder(Compression.NONE)
            .baseOffset(logEnd)
            .leaderEpoch(leaderEpoch)
            .append(timestampMs, null, value.getBytes(StandardCharsets.UTF_8))
            .build();
    return write(batch);
  }

  /** Appends a batch as the leader does: it gets the next offsets; without publishing it. */
  public FilePartition write(ByteBuffer batch) {
    RecordBatch.at(batch, batch.position()).assign(logEnd, leaderEpoch);
    long timestampMs = RecordBatch.at(batch, batch.position()).maxTimestamp();
    try {
      long position = channel.size();
      int bytes = batch.remaining();
      RecordBatch header = RecordBatch.at(batch, batch.position());
      channel.write(batch, position);
      batches.add(new Batch(logEnd, header.lastOffset(), timestampMs, position, bytes));
      logEnd = header.nextOffset();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  public FilePartition abort(long producerId, long firstOffset, long lastOffset) {
    aborted.add(new LogView.AbortedTransaction(producerId, firstOffset, lastOffset));
    return this;
  }

  /** Sends what is told to its replica elsewhere: an inbox can't be asked. */
  public FilePartition toldTo(ActorRef<PartitionReplica.Command> other) {
    replica = other;
    return this;
  }

  public FilePartition producer(LogView.ProducerStateView producer) {
    producers.add(producer);
    return this;
  }

  public FilePartition leads(boolean now, int epoch) {
    leading = now;
    leaderEpoch = epoch;
    epochStarts.putIfAbsent(epoch, logEnd);
    return publish(view.highWatermark(), view.lastStableOffset());
  }

  public FilePartition startsAt(long offset) {
    logStart = offset;
    return publish(view.highWatermark(), view.lastStableOffset());
  }

  /** Its records below this offset were written long ago. */
  public FilePartition recentFrom(long offset) {
    recentFrom = offset;
    return this;
  }

  /** From now on somebody waits for its followers, or nobody does. */
  public FilePartition awaited(boolean now) {
    awaited = now;
    return publish(view.highWatermark(), view.lastStableOffset());
  }

  /** Publishes what there is now, and tells the watchers. */
  public FilePartition publish(long highWatermark, long lastStableOffset) {
    view =
        new PartitionView(
            id,
            name,
            leading,
            leading ? 0 : -1,
            leaderEpoch,
            0,
            highWatermark,
            lastStableOffset,
            new View(logStart, logEnd, List.copyOf(batches), List.copyOf(aborted)),
            awaited);
    watchers.forEach(watcher -> watcher.published(view));
    return this;
  }

  @Override
  public TopicIdPartition id() {
    return id;
  }

  @Override
  public ActorRef<PartitionReplica.Command> replica() {
    return replica;
  }

  @Override
  public PartitionView view() {
    looks.incrementAndGet();
    return view;
  }

  @Override
  public ReplicaDirectory directory() {
    throw new UnsupportedOperationException("A partition for tests has no log directory");
  }

  @Override
  public boolean isOffline() {
    return offline;
  }

  /** Its disk fails. */
  public FilePartition fail() {
    offline = true;
    return publish(view.highWatermark(), view.lastStableOffset());
  }

  @Override
  public void watch(Watcher watcher) {
    watchers.add(watcher);
  }

  @Override
  public void unwatch(Watcher watcher) {
    watchers.remove(watcher);
  }

  @Override
  public void close() {
    try {
      channel.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class View implements LogView {
    private final long start;
    private final long end;
    private final List<Batch> batches;
    private final List<AbortedTransaction> aborted;

    View(long start, long end, List<Batch> batches, List<AbortedTransaction> aborted) {
      this.start = start;
      this.end = end;
      this.batches = batches;
      this.aborted = aborted;
    }

    @Override
    public long logStartOffset() {
      return start;
    }

    @Override
    public long logEndOffset() {
      return end;
    }

    @Override
    public long sizeInBytes() {
      return batches.stream().mapToLong(Batch::bytes).sum();
    }

    @Override
    public LogSlice read(long fromOffset, long upToOffset, int maxBytes, boolean atLeastOneBatch)
        throws OffsetOutOfLogException {
      if (fromOffset < start || fromOffset > end) {
        throw new OffsetOutOfLogException("No " + fromOffset);
      }
      long position = 0;
      int bytes = 0;
      long next = fromOffset;
      for (Batch batch : batches) {
        if (batch.last < fromOffset || batch.last >= upToOffset) {
          continue;
        }
        boolean first = bytes == 0;
        if (bytes + batch.bytes > maxBytes && !(first && atLeastOneBatch)) {
          break;
        }
        position = first ? batch.position : position;
        bytes += batch.bytes;
        next = batch.last + 1;
      }
      openSlices.incrementAndGet();
      reads.incrementAndGet();
      return new Slice(position, bytes, next);
    }

    @Override
    public boolean isRecent(long offset, long nowMs) {
      return offset >= recentFrom;
    }

    @Override
    public List<AbortedTransaction> abortedTransactions(long fromOffset, long upToOffset) {
      return aborted.stream()
          .filter(one -> one.lastOffset() >= fromOffset && one.firstOffset() < upToOffset)
          .toList();
    }

    @Override
    public Optional<TimestampAndOffset> offsetForTimestamp(long timestampMs) {
      return batches.stream()
          .filter(batch -> batch.timestampMs >= timestampMs)
          .findFirst()
          .map(batch -> new TimestampAndOffset(batch.timestampMs, batch.base, leaderEpoch));
    }

    @Override
    public Optional<TimestampAndOffset> offsetOfMaxTimestamp() {
      Batch max = null;
      for (Batch batch : batches) {
        max = max == null || batch.timestampMs > max.timestampMs ? batch : max;
      }
      return Optional.ofNullable(max)
          .map(batch -> new TimestampAndOffset(batch.timestampMs, batch.base, leaderEpoch));
    }

    @Override
    public OffsetAndEpoch endOffsetForEpoch(int epoch) {
      var known = epochStarts.floorEntry(epoch);
      if (known == null || epoch > leaderEpoch) {
        return new OffsetAndEpoch(-1, -1);
      }
      var later = epochStarts.higherEntry(known.getKey());
      return new OffsetAndEpoch(later == null ? end : later.getValue(), known.getKey());
    }

    @Override
    public int epochOfOffset(long offset) {
      return leaderEpoch;
    }

    @Override
    public List<ProducerStateView> activeProducers() {
      return producers;
    }
  }

  private final class Slice implements LogSlice {
    private final long position;
    private final int bytes;
    private final long nextOffset;
    private boolean closed;

    Slice(long position, int bytes, long nextOffset) {
      this.nextOffset = nextOffset;
      this.position = position;
      this.bytes = bytes;
    }

    @Override
    public FileChannel channel() {
      return channel;
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public int sizeInBytes() {
      return bytes;
    }

    @Override
    public long nextOffset() {
      return nextOffset;
    }

    @Override
    public void load() {
      loads.incrementAndGet();
    }

    @Override
    public void close() {
      if (closed) {
        throw new IllegalStateException("Closed twice");
      }
      closed = true;
      openSlices.decrementAndGet();
    }
  }
}
