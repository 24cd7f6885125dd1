import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Partitions numbered from 0, in topics of at most a thousand, and the requests that write to them:
 * each one batch to one partition, acks=all.
 */
final class Field {
  /** Kafka makes no more than 10,000 metadata records of a request. */
  private static final int PER_TOPIC = 1000;

  private static final int PRODUCE_VERSION = 9;
  private static final int INDEX = 0x7a7b7c7d;

  private final String prefix;
  private final int partitions;

  /** Makes the topics. */
  Field(String server, String prefix, int partitions) throws Exception {
    this.prefix = prefix;
    this.partitions = partitions;
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
      for (int first = 0; first < partitions; first += PER_TOPIC) {
        int count = Math.min(PER_TOPIC, partitions - first);
        create(admin, new NewTopic(topic(first), Optional.of(count), Optional.empty()));
      }
    }
  }

  private static void create(Admin admin, NewTopic topic) throws Exception {
    while (true) {
      try {
        admin.createTopics(List.of(topic)).all().get();
        return;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof TopicExistsException) {
          return;
        }
        if (!(e.getCause() instanceof RetriableException)) {
          throw e;
        }
        Thread.sleep(50);
      }
    }
  }

  int partitions() {
    return partitions;
  }

  /**
   * Which connection to use for each partition, its leader's being shared by as many as there are.
   *
   * @param servers the brokers' addresses, with commas between them
   * @param connections of which number i goes to the address i modulo theirs
   */
  int[] spread(String servers, int connections) throws Exception {
    List<String> addresses = List.of(servers.split(","));
    int each = connections / addresses.size();
    int[] used = new int[addresses.size()];
    int[] spread = new int[partitions];
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      for (int first = 0; first < partitions; first += PER_TOPIC) {
        String topic = topic(first);
        int count = Math.min(PER_TOPIC, partitions - first);
        List<Node> leaders = leaders(admin, topic);
        while (leaders.size() < count || leaders.contains(null)) {
          Thread.sleep(50);
          leaders = leaders(admin, topic);
        }
        for (int i = 0; i < count; i++) {
          int broker = addresses.indexOf(leaders.get(i).host() + ":" + leaders.get(i).port());
          spread[first + i] = broker + used[broker]++ % each * addresses.size();
        }
      }
    }
    return spread;
  }

  private static List<Node> leaders(Admin admin, String topic) throws Exception {
    return admin.describeTopics(List.of(topic)).topicNameValues().get(topic).get().partitions()
        .stream()
        .map(TopicPartitionInfo::leader)
        .toList();
  }

  String topic(int partition) {
    return prefix + "-" + partition / PER_TOPIC;
  }

  int index(int partition) {
    return partition % PER_TOPIC;
  }

  /** The partition that a topic has under this index. */
  int number(String topic, int index) {
    return Integer.parseInt(topic.substring(prefix.length() + 1)) * PER_TOPIC + index;
  }

  /** What writes batches of so many records with values of so many bytes. */
  Writer writer(int records, int bytes) {
    return new Writer(records, bytes);
  }

  /** Writes one kind of batch. Any thread may use it. */
  final class Writer {
    private final List<byte[]> heads = new ArrayList<>();
    private final ByteBuffer rest;

    private Writer(int records, int bytes) {
      SimpleRecord[] batch = new SimpleRecord[records];
      for (int i = 0; i < records; i++) {
        batch[i] = new SimpleRecord(System.currentTimeMillis(), new byte[bytes]);
      }
      ByteBuffer tail = null;
      for (int first = 0; first < partitions; first += PER_TOPIC) {
        PartitionProduceData data =
            new PartitionProduceData()
                .setIndex(INDEX)
                .setRecords(MemoryRecords.withRecords(Compression.NONE, batch));
        ProduceRequestData request =
            new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000);
        request
            .topicData()
            .add(new TopicProduceData().setName(topic(first)).setPartitionData(List.of(data)));
        ByteBuffer frame = ByteBuffer.wrap(Wire.frame(ApiKeys.PRODUCE, PRODUCE_VERSION, request));
        int indexAt = 0;
        while (frame.getInt(indexAt) != INDEX) {
          indexAt++;
        }
        byte[] head = new byte[indexAt + 4];
        frame.get(head);
        heads.add(head);
        tail = ByteBuffer.allocateDirect(frame.remaining()).put(frame).flip();
      }
      rest = tail;
    }

    /**
     * Sends a batch to a partition.
     *
     * @param written is given the nanoseconds it took, or -1 if it was refused
     */
    void send(Wire.Peer peer, int partition, LongConsumer written) throws IOException {
      send(peer, partition, (offset, nanos) -> written.accept(offset < 0 ? -1 : nanos));
    }

    /** The same, for who wants the offset, which is -1 if it was refused. */
    void send(Wire.Peer peer, int partition, Written written) throws IOException {
      byte[] head = heads.get(partition / PER_TOPIC).clone();
      ByteBuffer.wrap(head).putInt(head.length - 4, index(partition));
      peer.send(
          ApiKeys.PRODUCE,
          PRODUCE_VERSION,
          (body, nanos) -> {
            PartitionProduceResponse answer =
                new ProduceResponseData(new ByteBufferAccessor(body), (short) PRODUCE_VERSION)
                    .responses()
                    .iterator()
                    .next()
                    .partitionResponses()
                    .get(0);
            written.accept(answer.errorCode() == 0 ? answer.baseOffset() : -1, nanos);
          },
          ByteBuffer.wrap(head),
          rest.duplicate());
    }

    /** Writes one batch to each partition, as often as it takes; returns the offsets after them. */
    long[] fill(Wire wire, IntFunction<Wire.Peer> peers) throws Exception {
      long[] next = new long[partitions];
      List<Integer> left = new ArrayList<>();
      for (int i = 0; i < partitions; i++) {
        left.add(i);
      }
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(200);
      while (!left.isEmpty()) {
        List<Integer> now = left.subList(0, Math.min(200, left.size()));
        CountDownLatch answered = new CountDownLatch(now.size());
        for (int partition : now) {
          send(
              peers.apply(partition),
              partition,
              (offset, nanos) -> {
                next[partition] = offset + 1;
                answered.countDown();
              });
        }
        while (!answered.await(100, TimeUnit.MILLISECONDS)) {
          wire.check();
        }
        boolean refused = now.stream().anyMatch(partition -> next[partition] == 0);
        now.removeIf(partition -> next[partition] > 0);
        if (refused) {
          if (System.nanoTime() > until) {
            throw new IllegalStateException(left.size() + " partitions take no record");
          }
          Thread.sleep(50);
        }
      }
      return next;
    }

    /** The same over these connections in turn. */
    long[] fill(Wire wire, List<Wire.Peer> peers) throws Exception {
      return fill(wire, partition -> peers.get(partition % peers.size()));
    }
  }

  /** What is told of a batch that was sent. */
  interface Written {
    void accept(long offset, long nanos);
  }
}
