package milena.broker.coordinator;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import milena.broker.coordinator.StoredGroup.Numbered;
import milena.group.GroupRecords;
import milena.group.message.GroupEvent.GroupRemoved;
import milena.group.message.GroupEvent.OffsetRemoved;
import milena.log.LogSlice;
import milena.log.LogView;
import milena.record.RecordBatch;
import milena.record.RecordBatches;
import milena.record.RecordCursor;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a partition of {@code __consumer_offsets} from its start to a given end, once, and keeps
 * the newest event of each key by group. Blocking.
 */
final class JournalScan {
  /** Names the record header that carries an event's number among its group's. */
  static final String SEQUENCE_HEADER = "seq";

  private static final Logger LOG = LoggerFactory.getLogger(JournalScan.class);

  private final Predicate<String> wanted;
  private final Map<String, Found> byGroup = new HashMap<>();

  private static final class Found {
    final Map<ByteBuffer, Numbered> events = new HashMap<>();
    long lastSequence;
  }

  private JournalScan(Predicate<String> wanted) {
    this.wanted = wanted;
  }

  /**
   * @param wanted which groups to look for
   * @param readBytes how much to read at a time
   * @return the groups of which something is left, by id
   */
  static Map<String, StoredGroup> scan(
      LogView log, long end, int readBytes, Predicate<String> wanted) throws IOException {
    JournalScan scan = new JournalScan(wanted);
    ByteBuffer buffer = ByteBuffer.allocate(readBytes);
    long from = log.logStartOffset();
    try (RecordCursor records = new RecordCursor()) {
      while (from < end) {
        try (LogSlice slice = log.read(from, end, readBytes, true)) {
          if (slice.sizeInBytes() == 0) {
            break;
          }
          buffer = read(slice, buffer);
        }
        long next = scan.takeAll(buffer, from, records);
        if (next <= from) {
          throw new IOException("The log does not go on from offset " + from);
        }
        from = next;
      }
    }
    return scan.result();
  }

  private static ByteBuffer read(LogSlice slice, ByteBuffer reused) throws IOException {
    int size = slice.sizeInBytes();
    ByteBuffer buffer = reused.capacity() < size ? ByteBuffer.allocate(size) : reused.clear();
    buffer.limit(size);
    long position = slice.position();
    while (buffer.hasRemaining()) {
      int count = slice.channel().read(buffer, position);
      if (count < 0) {
        throw new EOFException("The segment ends before its last batch");
      }
      position += count;
    }
    return buffer.flip();
  }

  private long takeAll(ByteBuffer buffer, long from, RecordCursor records) {
    long next = from;
    RecordBatches batches = new RecordBatches().wrap(buffer);
    while (batches.next()) {
      RecordBatch batch = batches.batch();
      next = batch.nextOffset();
      // Transactional commits count only once their marker says so: they are not read here.
      if (!batch.isControl() && !batch.isTransactional()) {
        records.start(batch);
        while (records.next()) {
          take(records);
        }
      }
    }
    return next;
  }

  private void take(RecordCursor record) {
    if (!record.hasKey()) {
      return;
    }
    Optional<GroupRecords.Read> read;
    try {
      read = GroupRecords.read(record.key(), record.hasValue() ? record.value() : null);
    } catch (RuntimeException e) {
      LOG.warn("Passing over the record at offset {}: it can't be read", record.offset(), e);
      return;
    }
    if (read.isEmpty() || !wanted.test(read.get().groupId())) {
      return;
    }
    Found found = byGroup.computeIfAbsent(read.get().groupId(), id -> new Found());
    // Records that Apache Kafka wrote have no number: their order in the log is theirs.
    found.lastSequence = Math.max(sequenceOf(record), found.lastSequence + 1);
    ByteBuffer key = copyOf(record.key());
    if (read.get().event() instanceof OffsetRemoved || read.get().event() instanceof GroupRemoved) {
      found.events.remove(key);
    } else {
      found.events.put(key, new Numbered(found.lastSequence, read.get().event()));
    }
  }

  private static long sequenceOf(RecordCursor record) {
    for (Header header : record.headers()) {
      if (header.key().equals(SEQUENCE_HEADER)
          && header.value() != null
          && header.value().length == Long.BYTES) {
        return ByteBuffer.wrap(header.value()).getLong();
      }
    }
    return 0;
  }

  private static ByteBuffer copyOf(ByteBuffer key) {
    ByteBuffer copy = ByteBuffer.allocate(key.remaining());
    return copy.put(key.duplicate()).flip();
  }

  private Map<String, StoredGroup> result() {
    Map<String, StoredGroup> groups = new HashMap<>();
    byGroup.forEach(
        (groupId, found) -> {
          if (!found.events.isEmpty()) {
            List<Numbered> events = new ArrayList<>(found.events.values());
            events.sort(Comparator.comparingLong(Numbered::sequence));
            groups.put(groupId, new StoredGroup(groupId, events, found.lastSequence));
          }
        });
    return groups;
  }
}
