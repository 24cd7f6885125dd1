package milena.cli;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import milena.record.BatchBuilder;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** What a Kafka client says first, said over a plain socket: a topic, a record there and back. */
final class FirstWords implements AutoCloseable {
  private static final String TOPIC = "rehearsal";

  private final Socket socket;
  private final int brokers;
  private int correlationId;

  private FirstWords(Socket socket, int brokers) {
    this.socket = socket;
    this.brokers = brokers;
  }

  /**
   * Asks the first of the servers; most of the answers are read and not judged.
   *
   * @param brokers how many there are, each of which gets a copy of the topic
   */
  static void exchange(String bootstrapServers, int brokers) throws IOException {
    String first = bootstrapServers.split(",")[0];
    int colon = first.lastIndexOf(':');
    try (FirstWords words =
        new FirstWords(
            new Socket(first.substring(0, colon), Integer.parseInt(first.substring(colon + 1))),
            brokers)) {
      words.exchange();
    }
  }

  private void exchange() throws IOException {
    ask(
        ApiKeys.API_VERSIONS,
        3,
        new ApiVersionsRequestData()
            .setClientSoftwareName("milena")
            .setClientSoftwareVersion("rehearsal"));
    ask(ApiKeys.DESCRIBE_CLUSTER, 1, new DescribeClusterRequestData());
    CreatableTopic created =
        new CreatableTopic()
            .setName(TOPIC)
            .setNumPartitions(1)
            .setReplicationFactor((short) brokers);
    ask(
        ApiKeys.CREATE_TOPICS,
        7,
        new CreateTopicsRequestData()
            .setTimeoutMs(5_000)
            .setTopics(new CreatableTopicCollection(List.of(created).iterator())));
    ask(
        ApiKeys.METADATA,
        12,
        new MetadataRequestData()
            .setAllowAutoTopicCreation(true)
            .setTopics(List.of(new MetadataRequestTopic().setName(TOPIC))));
    long producer = producerId();
    for (int round = 0; round < 20; round++) {
      ask(ApiKeys.PRODUCE, 9, produce(producer, round));
      ask(ApiKeys.FETCH, 12, fetch());
    }
  }

  private long producerId() throws IOException {
    ByteBufferAccessor answer =
        new ByteBufferAccessor(
            ask(
                ApiKeys.INIT_PRODUCER_ID,
                4,
                new InitProducerIdRequestData().setTransactionalId(null)));
    short headerVersion = ApiKeys.INIT_PRODUCER_ID.responseHeaderVersion((short) 4);
    new ResponseHeaderData(answer, headerVersion);
    return new InitProducerIdResponseData(answer, (short) 4).producerId();
  }

  private static ProduceRequestData produce(long producer, int sequence) {
    ByteBuffer batch =
        new BatchBuilder(Compression.NONE)
            .producer(producer, (short) 0, sequence)
            .append(
                0, ByteBuffer.wrap("key".getBytes(StandardCharsets.UTF_8)), ByteBuffer.allocate(99))
            .build();
    TopicProduceData topic =
        new TopicProduceData()
            .setName(TOPIC)
            .setPartitionData(
                List.of(
                    new PartitionProduceData().setRecords(MemoryRecords.readableRecords(batch))));
    return new ProduceRequestData()
        .setAcks((short) -1)
        .setTimeoutMs(5_000)
        .setTopicData(new TopicProduceDataCollection(List.of(topic).iterator()));
  }

  private static FetchRequestData fetch() {
    return new FetchRequestData()
        .setMaxWaitMs(10)
        .setMinBytes(1)
        .setMaxBytes(1 << 20)
        .setTopics(
            List.of(
                new FetchTopic()
                    .setTopic(TOPIC)
                    .setPartitions(List.of(new FetchPartition().setPartitionMaxBytes(1 << 20)))));
  }

  private ByteBuffer ask(ApiKeys api, int version, ApiMessage request) throws IOException {
    RequestHeaderData header =
        new RequestHeaderData()
            .setRequestApiKey(api.id)
            .setRequestApiVersion((short) version)
            .setCorrelationId(++correlationId)
            .setClientId("rehearsal");
    ByteBuffer head =
        MessageUtil.toByteBufferAccessor(header, api.requestHeaderVersion((short) version))
            .buffer();
    ByteBuffer body = MessageUtil.toByteBufferAccessor(request, (short) version).buffer();
    ByteBuffer frame = ByteBuffer.allocate(4 + head.remaining() + body.remaining());
    frame.putInt(head.remaining() + body.remaining()).put(head).put(body);
    socket.getOutputStream().write(frame.array());
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] answer = new byte[in.readInt()];
    in.readFully(answer);
    return ByteBuffer.wrap(answer);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
