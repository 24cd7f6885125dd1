package milena.it;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import milena.node.MilenaNode;
import milena.testing.WireClient;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Bytes of heap that an embedded node allocates for each request, by how many records the request
 * has; counted by the JVM over all threads but the client's, the node's idle ticks included.
 *
 * <p>Run as a program it prints them as a table: {@code RequestAllocation [REQUESTS]}.
 */
final class RequestAllocation implements AutoCloseable {
  private static final int PRODUCE_VERSION = 11;
  private static final int FETCH_VERSION = 12;
  private static final int VALUE_BYTES = 100;
  private static final int ROUNDS = 40;

  private final com.sun.management.ThreadMXBean threads =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final String bootstrapServers;
  private final WireClient client;

  RequestAllocation(String bootstrapServers) throws IOException {
    this.bootstrapServers = bootstrapServers;
    int colon = bootstrapServers.lastIndexOf(':');
    this.client =
        new WireClient(
            new InetSocketAddress(
                bootstrapServers.substring(0, colon),
                Integer.parseInt(bootstrapServers.substring(colon + 1))));
  }

  public static void main(String[] args) throws Exception {
    int requests = args.length > 0 ? Integer.parseInt(args[0]) : 20_000;
    try (MilenaNode node =
            MilenaNode.builder().dataDir(Files.createTempDirectory("milena-allocation")).start();
        RequestAllocation allocation = new RequestAllocation(node.bootstrapServers())) {
      allocation.of(100, CompressionType.NONE, requests);
      System.out.println("| Records of a batch | Produce | Fetch of a batch | Fetch of 1 MiB |");
      System.out.println("| --- | --- | --- | --- |");
      for (int records : List.of(1, 10, 100, 1000)) {
        print(records + "", allocation.of(records, CompressionType.NONE, requests));
      }
      for (CompressionType type : CompressionType.values()) {
        if (type != CompressionType.NONE) {
          print("1000, " + type.name, allocation.of(1000, type, requests));
        }
      }
    }
    System.exit(0);
  }

  private static void print(String what, PerRequest bytes) {
    System.out.printf(
        "| %s | %,d | %,d | %,d |%n", what, bytes.produce(), bytes.fetch(), bytes.largeFetch());
  }

  /** Bytes per request: a batch written, a batch fetched, and a mebibyte of batches fetched. */
  record PerRequest(long produce, long fetch, long largeFetch) {}

  /** Writes and fetches batches of so many records, that often. */
  PerRequest of(int records, CompressionType type, int requests) throws Exception {
    String topic = "allocation-" + System.nanoTime();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }
    byte[] produce = WireClient.frame(produce(topic, records, type), PRODUCE_VERSION, 0);
    while (!written(produce)) {
      Thread.onSpinWait();
    }
    byte[] fetch = WireClient.frame(fetch(topic, 1), FETCH_VERSION, 0);
    if (fetchedBytes(fetch) == 0) {
      throw new IllegalStateException("a fetch does not bring the batch");
    }
    return new PerRequest(
        perRequest(produce, requests),
        perRequest(fetch, requests),
        perRequest(WireClient.frame(fetch(topic, 1 << 20), FETCH_VERSION, 0), requests / 10));
  }

  /** The least of some rounds, as what else goes on in the node only adds to them. */
  private long perRequest(byte[] frame, int requests) throws IOException {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long before = allocated();
      rounds(frame, requests / ROUNDS);
      least = Math.min(least, (allocated() - before) / (requests / ROUNDS));
    }
    return least;
  }

  private void rounds(byte[] frame, int requests) throws IOException {
    for (int i = 0; i < requests; i++) {
      client.sendRaw(frame);
      client.receiveFrame();
    }
  }

  private long allocated() {
    long sum = 0;
    long own = Thread.currentThread().getId();
    for (long id : threads.getAllThreadIds()) {
      sum += id == own ? 0 : Math.max(0, threads.getThreadAllocatedBytes(id));
    }
    return sum;
  }

  private boolean written(byte[] frame) throws IOException {
    ProduceResponseData answer = new ProduceResponseData();
    read(answer, frame, ApiKeys.PRODUCE, PRODUCE_VERSION);
    return answer.responses().iterator().next().partitionResponses().get(0).errorCode() == 0;
  }

  private long fetchedBytes(byte[] frame) throws IOException {
    FetchResponseData answer = new FetchResponseData();
    read(answer, frame, ApiKeys.FETCH, FETCH_VERSION);
    return answer.responses().get(0).partitions().get(0).records().sizeInBytes();
  }

  private void read(ApiMessage answer, byte[] frame, ApiKeys api, int version) throws IOException {
    client.sendRaw(frame);
    ByteBuffer response = client.receiveFrame();
    response.position(api.responseHeaderVersion((short) version) > 0 ? 5 : 4);
    answer.read(new ByteBufferAccessor(response), (short) version);
  }

  private static ProduceRequestData produce(String topic, int records, CompressionType type) {
    SimpleRecord[] batch = new SimpleRecord[records];
    for (int i = 0; i < records; i++) {
      batch[i] = new SimpleRecord(System.currentTimeMillis(), new byte[VALUE_BYTES]);
    }
    ProduceRequestData request = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000);
    request
        .topicData()
        .add(
            new ProduceRequestData.TopicProduceData()
                .setName(topic)
                .setPartitionData(
                    List.of(
                        new ProduceRequestData.PartitionProduceData()
                            .setIndex(0)
                            .setRecords(
                                MemoryRecords.withRecords(Compression.of(type).build(), batch)))));
    return request;
  }

  /** The first batch, whatever its size, and what more goes into so many bytes. */
  private static FetchRequestData fetch(String topic, int bytes) {
    return new FetchRequestData()
        .setMaxWaitMs(0)
        .setMinBytes(1)
        .setMaxBytes(bytes)
        .setSessionEpoch(-1)
        .setTopics(
            List.of(
                new FetchRequestData.FetchTopic()
                    .setTopic(topic)
                    .setPartitions(
                        List.of(
                            new FetchRequestData.FetchPartition()
                                .setPartition(0)
                                .setFetchOffset(0)
                                .setPartitionMaxBytes(bytes)))));
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
