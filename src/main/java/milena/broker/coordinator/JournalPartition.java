package milena.broker.coordinator;

import akka.actor.typed.ActorRef;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import milena.broker.coordinator.StoredGroup.Numbered;
import milena.broker.partition.PartitionReplica;
import milena.broker.partition.PartitionReplica.Append;
import milena.broker.partition.PartitionReplica.AppendListener;
import milena.broker.partition.PartitionReplica.AppendOrigin;
import milena.broker.partition.PartitionReplica.AppendResult;
import milena.group.GroupRecords;
import milena.record.BatchBuilder;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.protocol.Errors;

/**
 * A partition of {@code __consumer_offsets} as a journal, for as long as this node leads it in one
 * epoch. A group reads its past here before it writes, and writes with the next number each time: a
 * coordinator that recovered from an earlier epoch, or twice, is refused. May be used from any
 * thread.
 */
final class JournalPartition {
  private static final short ACKS_ALL = -1;

  /** A batch of this size takes no more: far below any sensible max.message.bytes. */
  private static final int BATCH_BYTES = 128 * 1024;

  private final ActorRef<PartitionReplica.Command> replica;
  private final int leaderEpoch;
  private final long writeTimeoutNanos;
  private final LongSupplier clockMs;

  /** What scans found and no coordinator has taken yet. */
  private final Map<String, StoredGroup> found = new ConcurrentHashMap<>();

  private final Set<String> admitted = ConcurrentHashMap.newKeySet();
  private final Set<CompletableFuture<Optional<Exception>>> inFlight =
      ConcurrentHashMap.newKeySet();
  private volatile boolean isClosed;

  /** The last number of each group whose coordinator has recovered from here. */
  private final Map<String, Long> lastSequence = new ConcurrentHashMap<>();

  JournalPartition(
      ActorRef<PartitionReplica.Command> replica,
      int leaderEpoch,
      long writeTimeoutNanos,
      LongSupplier clockMs) {
    this.replica = replica;
    this.leaderEpoch = leaderEpoch;
    this.writeTimeoutNanos = writeTimeoutNanos;
    this.clockMs = clockMs;
  }

  /** Puts what a scan found where coordinators can take it. */
  void offer(Map<String, StoredGroup> groups) {
    found.putAll(groups);
  }

  /**
   * Lets a group's coordinator recover, once: one that is started by a message gone astray, before
   * the group's past was read, must not take the group for a new one.
   */
  void admit(String groupId) {
    admitted.add(groupId);
  }

  /**
   * Begins a group's recovery.
   *
   * @return the number of its last event, 0 when there is none; -1 if it must not recover now
   */
  long open(String groupId) {
    if (!admitted.remove(groupId)) {
      return -1;
    }
    StoredGroup stored = found.get(groupId);
    long last = stored == null ? 0 : stored.lastSequence();
    lastSequence.put(groupId, last);
    return last;
  }

  /** Hands out what is stored of a group, once. */
  List<Numbered> take(String groupId) {
    StoredGroup stored = found.remove(groupId);
    return stored == null ? List.of() : stored.events();
  }

  /** The group's coordinator has stopped: the next one must recover before it writes. */
  void forget(String groupId) {
    found.remove(groupId);
    admitted.remove(groupId);
    lastSequence.remove(groupId);
  }

  /**
   * Appends events, as one batch unless there are very many.
   *
   * @return why it was refused or may not have been written; empty when it is committed
   */
  CompletableFuture<Optional<Exception>> append(String groupId, List<Numbered> events) {
    Long last = lastSequence.get(groupId);
    long first = events.get(0).sequence();
    if (last == null || last + 1 != first) {
      return CompletableFuture.completedFuture(
          Optional.of(
              new WriteRefused(
                  Errors.NOT_COORDINATOR,
                  "Group " + groupId + " writes event " + first + " after " + last)));
    }
    ByteBuffer batches;
    try {
      batches = batchesOf(groupId, events);
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(Optional.of(e));
    }
    lastSequence.replace(groupId, last, events.get(events.size() - 1).sequence());
    CompletableFuture<Optional<Exception>> done = new CompletableFuture<>();
    inFlight.add(done);
    done.whenComplete((refusal, failure) -> inFlight.remove(done));
    replica.tell(
        new Append(
            batches,
            ACKS_ALL,
            AppendOrigin.COORDINATOR,
            leaderEpoch,
            System.nanoTime() + writeTimeoutNanos,
            new Written(done)));
    if (isClosed) {
      abandon(done);
    }
    return done;
  }

  /** The end: what is under way may or may not be written, and nobody here will know. */
  void close() {
    isClosed = true;
    inFlight.forEach(this::abandon);
  }

  private void abandon(CompletableFuture<Optional<Exception>> write) {
    write.complete(
        Optional.of(new WriteRefused(Errors.NOT_COORDINATOR, "The partition leads elsewhere")));
  }

  /** One batch; several when there is more than a batch may be. */
  private ByteBuffer batchesOf(String groupId, List<Numbered> events) {
    long nowMs = clockMs.getAsLong();
    List<ByteBuffer> batches = new ArrayList<>(1);
    BatchBuilder batch = new BatchBuilder(Compression.NONE);
    for (Numbered numbered : events) {
      if (batch.plainSizeInBytes() >= BATCH_BYTES) {
        batches.add(batch.build());
        batch = new BatchBuilder(Compression.NONE);
      }
      byte[] number = ByteBuffer.allocate(Long.BYTES).putLong(numbered.sequence()).array();
      batch.append(
          nowMs,
          GroupRecords.key(groupId, numbered.event()),
          GroupRecords.value(numbered.event()),
          new Header[] {new RecordHeader(JournalScan.SEQUENCE_HEADER, number)});
    }
    batches.add(batch.build());
    if (batches.size() == 1) {
      return batches.get(0);
    }
    ByteBuffer all = ByteBuffer.allocate(batches.stream().mapToInt(ByteBuffer::remaining).sum());
    batches.forEach(all::put);
    return all.flip();
  }

  /** A write that was not committed, as far as is known. */
  static final class WriteRefused extends RuntimeException {
    WriteRefused(Errors error, String message) {
      super(error + ": " + message, null, false, false);
    }
  }

  private record Written(CompletableFuture<Optional<Exception>> done) implements AppendListener {
    @Override
    public void released() {
      // The batch was made for this append alone: nobody waits for its buffer.
    }

    @Override
    public void completed(AppendResult result) {
      done.complete(
          result.error() == Errors.NONE
              ? Optional.empty()
              : Optional.of(new WriteRefused(result.error(), result.message())));
    }
  }
}
