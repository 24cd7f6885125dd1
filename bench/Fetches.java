import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/**
 * A consumer of some partitions over one connection, with an incremental fetch session as a stock
 * consumer has it; it looks at the headers of batches and no further.
 */
final class Fetches {
  private static final int VERSION = 12;

  private final Field field;
  private final Wire.Peer peer;
  private final int maxWaitMs;
  private final Seen seen;
  private final Map<Integer, Long> next = new HashMap<>();
  private int session;
  private int epoch;

  /** What is told of each batch, by the thread that reads. */
  interface Seen {
    void batch(int partition, long firstOffset, long lastOffset);
  }

  /**
   * Asks for nothing yet.
   *
   * @param from the first offset that is wanted of each partition
   */
  Fetches(Field field, Wire.Peer peer, int maxWaitMs, Map<Integer, Long> from, Seen seen) {
    this.field = field;
    this.peer = peer;
    this.maxWaitMs = maxWaitMs;
    this.seen = seen;
    next.putAll(from);
  }

  /** Fetches from now on, one request after the other. */
  void start() throws IOException {
    fetch(new ArrayList<>(next.keySet()));
  }

  private void fetch(List<Integer> changed) throws IOException {
    FetchRequestData request =
        new FetchRequestData()
            .setMaxWaitMs(maxWaitMs)
            .setMinBytes(1)
            .setMaxBytes(50 << 20)
            .setSessionId(session)
            .setSessionEpoch(epoch);
    Map<String, FetchTopic> topics = new HashMap<>();
    for (int partition : changed) {
      topics
          .computeIfAbsent(field.topic(partition), name -> new FetchTopic().setTopic(name))
          .partitions()
          .add(
              new FetchPartition()
                  .setPartition(field.index(partition))
                  .setFetchOffset(next.get(partition))
                  .setPartitionMaxBytes(1 << 20));
    }
    request.topics().addAll(topics.values());
    peer.send(
        ApiKeys.FETCH,
        VERSION,
        (body, nanos) -> fetched(body),
        ByteBuffer.wrap(Wire.frame(ApiKeys.FETCH, VERSION, request)));
  }

  private void fetched(ByteBuffer body) {
    FetchResponseData response =
        new FetchResponseData(new ByteBufferAccessor(body), (short) VERSION);
    if (response.errorCode() != 0) {
      throw new IllegalStateException("a fetch was refused: error " + response.errorCode());
    }
    session = response.sessionId();
    epoch = session == 0 ? 0 : epoch + 1;
    List<Integer> changed = new ArrayList<>();
    for (var topic : response.responses()) {
      for (var data : topic.partitions()) {
        if (data.errorCode() != 0) {
          throw new IllegalStateException("a partition was refused: error " + data.errorCode());
        }
        int partition = field.number(topic.topic(), data.partitionIndex());
        long from = next.get(partition);
        for (MutableRecordBatch batch : ((MemoryRecords) data.records()).batches()) {
          seen.batch(partition, Math.max(from, batch.baseOffset()), batch.lastOffset());
          next.put(partition, batch.nextOffset());
        }
        if (next.get(partition) > from) {
          changed.add(partition);
        }
      }
    }
    try {
      fetch(session == 0 ? new ArrayList<>(next.keySet()) : changed);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
