package milena.kafka.server;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import milena.broker.partition.FilePartition;
import milena.broker.partition.ReplicationThrottle;
import milena.kafka.api.Anteroom;
import milena.kafka.api.ApiHandler;
import milena.kafka.api.ApiRegistry;
import milena.kafka.api.FetchHandler;
import milena.kafka.api.LocalTopics;
import milena.kafka.api.ReadAhead;
import milena.kafka.api.RequestContext;
import milena.kafka.api.ServedFeatures;
import milena.record.RecordBatch;
import milena.record.RecordCursor;
import milena.testing.SeedRule;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** The server over real sockets. */
public class KafkaServerTest extends JUnitSuite {
  private static final int FRAME_BYTES_MAX = 8 << 20;

  @Rule public final SeedRule seeds = new SeedRule();

  private final LocalTopics topics = new LocalTopics();
  private final KafkaServer server;

  public KafkaServerTest() throws IOException {
    server = KafkaServer.bind(config(new ServerConfig.Listener("PLAINTEXT", "127.0.0.1", 0)));
    server.serve(
        new ApiRegistry(
                List.of(
                    new FetchHandler(
                        topics.partitions(),
                        ReplicationThrottle.off(),
                        new ReadAhead(Runnable::run),
                        50 << 20,
                        10,
                        false),
                    new Echo()))
            .withApiVersions(ServedFeatures.of(() -> 1L)));
  }

  @After
  public void stop() {
    server.close();
    topics.close();
  }

  @Test
  public void aTakenPortIsSaidSo() {
    int port = server.addresses().get("PLAINTEXT").getPort();
    try {
      KafkaServer.bind(config(new ServerConfig.Listener("OTHER", "127.0.0.1", port))).close();
    } catch (IOException e) {
      assertTrue(e.getMessage(), e.getMessage().contains("OTHER"));
      assertTrue(e.getMessage(), e.getMessage().contains("127.0.0.1:" + port));
      return;
    }
    throw new AssertionError("It was bound twice");
  }

  @Test
  public void idleConnectionsAreClosedAndBusyOnesAreNot() throws Exception {
    topics.topic("t", 1);
    topics.host("t", 0);
    ServerConfig plain = config(new ServerConfig.Listener("PLAINTEXT", "127.0.0.1", 0));
    ServerConfig impatient =
        new ServerConfig(
            plain.listeners(), 1, FRAME_BYTES_MAX, 1 << 20, 8, 9, 9, Map.of(), 100, -1, -1, 50);
    try (KafkaServer impatientServer = KafkaServer.bind(impatient)) {
      impatientServer.serve(
          new ApiRegistry(
              List.of(
                  new FetchHandler(
                      topics.partitions(),
                      ReplicationThrottle.off(),
                      new ReadAhead(Runnable::run),
                      1 << 20,
                      1,
                      false))));
      try (Client client = new Client(impatientServer)) {
        FetchRequestData request = new FetchRequestData().setMaxWaitMs(500).setMinBytes(1);
        FetchTopic topic = new FetchTopic().setTopic("t");
        topic.partitions().add(new FetchPartition().setPartition(0).setPartitionMaxBytes(100));
        request.topics().add(topic);
        client.send(Frames.request(ApiKeys.FETCH, 12, 1, request));
        client.receive(ApiKeys.FETCH, 12, new FetchResponseData());
        assertEquals(-1, client.in.read());
      }
    }
  }

  @Test
  public void recordsComeFromTheFileShortOnesAndLongOnes() throws Exception {
    topics.topic("t", 3);
    List<FilePartition> partitions = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      partitions.add(topics.host("t", i));
    }
    String large = "x".repeat(ResponseEncoder.COPIED_BYTES_MAX);
    partitions.get(0).append("short");
    partitions.get(1).append(large).append(large);
    partitions.get(2).append(large + large);
    FetchRequestData request = new FetchRequestData().setMaxWaitMs(0).setMinBytes(1);
    FetchTopic topic = new FetchTopic().setTopic("t");
    request.topics().add(topic);
    for (int i = 0; i < 3; i++) {
      topic.partitions().add(new FetchPartition().setPartition(i).setPartitionMaxBytes(1 << 20));
    }
    try (Client client = new Client()) {
      for (int round = 1; round <= 3; round++) {
        client.send(Frames.request(ApiKeys.FETCH, 12, round, request));
      }
      for (int round = 1; round <= 3; round++) {
        var answer = client.receive(ApiKeys.FETCH, 12, new FetchResponseData());
        assertEquals(round, answer.correlationId());
        var parts = answer.message().responses().get(0).partitions();
        assertEquals(List.of("short"), values(parts.get(0)));
        assertEquals(List.of(large, large), values(parts.get(1)));
        assertEquals(List.of(large + large), values(parts.get(2)));
      }
    }
    for (FilePartition partition : partitions) {
      awaitZero(partition);
    }
  }

  @Test
  public void largeRequestsArriveWholeWhereverTheyAreCut() throws Exception {
    Random random = seeds.random();
    try (Client client = new Client()) {
      ByteBuf stream = Unpooled.buffer();
      List<byte[]> sent = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        byte[] bytes = new byte[random.nextInt(random.nextBoolean() ? 300 : 3 << 20)];
        random.nextBytes(bytes);
        sent.add(bytes);
        SyncGroupRequestData request = new SyncGroupRequestData().setGroupId("g").setMemberId("m");
        request
            .assignments()
            .add(
                new SyncGroupRequestData.SyncGroupRequestAssignment()
                    .setMemberId("m")
                    .setAssignment(bytes));
        ByteBuf frame = Frames.request(ApiKeys.SYNC_GROUP, 5, i, request);
        stream.writeBytes(frame);
      }
      Thread sender =
          new Thread(
              () -> {
                while (stream.isReadable()) {
                  int piece = Math.min(stream.readableBytes(), 1 + random.nextInt(500_000));
                  client.send(stream.readBytes(piece));
                }
              });
      sender.start();
      for (int i = 0; i < sent.size(); i++) {
        var answer = client.receive(ApiKeys.SYNC_GROUP, 5, new SyncGroupResponseData());
        assertEquals(i, answer.correlationId());
        assertArrayEquals(sent.get(i), answer.message().assignment());
      }
      sender.join();
    }
  }

  @Test
  public void oneClientsNonsenseIsNobodyElsesTrouble() throws Exception {
    try (Client good = new Client();
        Client bad = new Client()) {
      bad.send(Unpooled.buffer().writeInt(FRAME_BYTES_MAX + 1));
      assertEquals(-1, bad.in.read());
      good.send(greeting());
      var answer = good.receive(ApiKeys.API_VERSIONS, 3, new ApiVersionsResponseData());
      assertEquals(Errors.NONE.code(), answer.message().errorCode());
    }
  }

  @Test
  public void whoComesBeforeTheNodeIsUpIsGreetedAndWaits() throws Exception {
    ApiRegistry apis =
        new ApiRegistry(List.of(new Echo())).withApiVersions(ServedFeatures.of(() -> 1L));
    CompletableFuture<ApiRegistry> open = new CompletableFuture<>();
    try (KafkaServer early =
        KafkaServer.bind(config(new ServerConfig.Listener("PLAINTEXT", "127.0.0.1", 0)))) {
      early.serve(Anteroom.of(Set.of(ApiKeys.SYNC_GROUP), open));
      try (Client impatient = new Client(early)) {
        impatient.send(echo(1));
      }
      try (Client patient = new Client(early)) {
        patient.send(greeting());
        patient.send(echo(2));
        patient.send(echo(3));
        var greeted = patient.receive(ApiKeys.API_VERSIONS, 3, new ApiVersionsResponseData());
        assertEquals(-1, greeted.message().finalizedFeaturesEpoch());
        assertEquals(
            Set.of(ApiKeys.SYNC_GROUP.id, ApiKeys.API_VERSIONS.id),
            greeted.message().apiKeys().stream()
                .map(ApiVersionsResponseData.ApiVersion::apiKey)
                .collect(Collectors.toSet()));
        early.serve(apis);
        open.complete(apis);
        for (int i = 2; i <= 3; i++) {
          var answer = patient.receive(ApiKeys.SYNC_GROUP, 5, new SyncGroupResponseData());
          assertEquals(i, answer.correlationId());
          assertArrayEquals(new byte[] {(byte) i}, answer.message().assignment());
        }
        patient.send(greeting());
        var known = patient.receive(ApiKeys.API_VERSIONS, 3, new ApiVersionsResponseData());
        assertEquals(1, known.message().finalizedFeaturesEpoch());
      }
    }
  }

  private static ByteBuf greeting() {
    return Frames.request(
        ApiKeys.API_VERSIONS,
        3,
        1,
        new ApiVersionsRequestData().setClientSoftwareName("good").setClientSoftwareVersion("1"));
  }

  private static ByteBuf echo(int number) {
    SyncGroupRequestData request = new SyncGroupRequestData().setGroupId("g").setMemberId("m");
    request
        .assignments()
        .add(
            new SyncGroupRequestData.SyncGroupRequestAssignment()
                .setMemberId("m")
                .setAssignment(new byte[] {(byte) number}));
    return Frames.request(ApiKeys.SYNC_GROUP, 5, number, request);
  }

  private static void awaitZero(FilePartition partition) throws InterruptedException {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (partition.openSlices.get() > 0) {
      assertTrue("A slice stays open", System.nanoTime() < deadline);
      Thread.onSpinWait();
    }
  }

  private static List<String> values(FetchResponseData.PartitionData part) {
    ByteBuffer bytes = ((MemoryRecords) part.records()).buffer();
    List<String> values = new ArrayList<>();
    RecordBatch batch = new RecordBatch();
    while (bytes.hasRemaining()) {
      batch.wrap(bytes, bytes.position());
      assertTrue(batch.isCrcValid());
      try (RecordCursor cursor = new RecordCursor().start(batch)) {
        while (cursor.next()) {
          values.add(java.nio.charset.StandardCharsets.UTF_8.decode(cursor.value()).toString());
        }
      }
      bytes.position(bytes.position() + batch.sizeInBytes());
    }
    return values;
  }

  private static ServerConfig config(ServerConfig.Listener listener) {
    return new ServerConfig(
        List.of(listener),
        2,
        FRAME_BYTES_MAX,
        16 << 20,
        8,
        100,
        100,
        Map.of(),
        600_000,
        -1,
        -1,
        50);
  }

  /** Answers a SyncGroup with its own assignment, from another thread. */
  private static final class Echo implements ApiHandler<SyncGroupRequestData> {
    @Override
    public ApiKeys api() {
      return ApiKeys.SYNC_GROUP;
    }

    @Override
    public boolean overlaps() {
      return true;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(
        RequestContext context, SyncGroupRequestData request) {
      return CompletableFuture.supplyAsync(
          () ->
              new SyncGroupResponseData().setAssignment(request.assignments().get(0).assignment()));
    }
  }

  /** A client of few words. */
  private final class Client implements AutoCloseable {
    private final Socket socket = new Socket();
    final DataInputStream in;

    Client() throws IOException {
      this(server);
    }

    Client(KafkaServer server) throws IOException {
      InetSocketAddress address = server.addresses().get("PLAINTEXT");
      socket.connect(address);
      socket.setSoTimeout(20_000);
      in = new DataInputStream(socket.getInputStream());
    }

    void send(ByteBuf bytes) {
      try {
        byte[] array = new byte[bytes.readableBytes()];
        bytes.readBytes(array).release();
        socket.getOutputStream().write(array);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    <M extends ApiMessage> Frames.Answer<M> receive(ApiKeys api, int version, M message)
        throws IOException {
      int length = in.readInt();
      ByteBuf buffer = Unpooled.buffer().writeInt(length);
      byte[] bytes = new byte[length];
      in.readFully(bytes);
      return Frames.answer(buffer.writeBytes(bytes), api, version, message);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
