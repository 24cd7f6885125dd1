package milena.kafka.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import milena.broker.partition.FilePartition;
import milena.broker.partition.PartitionReplica.Append;
import milena.broker.partition.PartitionReplica.AppendResult;
import milena.broker.partition.ReplicationThrottle;
import milena.kafka.api.ApiHandler;
import milena.kafka.api.ApiRegistry;
import milena.kafka.api.DescribeProducersHandler;
import milena.kafka.api.FetchHandler;
import milena.kafka.api.ListOffsetsHandler;
import milena.kafka.api.LocalPartitions;
import milena.kafka.api.LocalTopics;
import milena.kafka.api.OffsetForLeaderEpochHandler;
import milena.kafka.api.ProduceHandler;
import milena.kafka.api.ReadAhead;
import milena.kafka.api.ServedFeatures;
import milena.record.BatchBuilder;
import milena.testing.SeedRule;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;
import org.slf4j.LoggerFactory;

/**
 * Sends good, damaged and random frames in random pieces. Whatever comes: no failure of our own,
 * and in the end every byte, slice and watcher is given back.
 */
public class FrameFuzzTest extends JUnitSuite {
  private static final int CONNECTIONS = 400;
  private static final int FRAMES_MAX = 20;

  @Rule public final SeedRule seeds = new SeedRule();

  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final LocalTopics topics = new LocalTopics();
  private final Random random = seeds.random();
  private FilePartition partition;
  private ServerContext server;

  @Before
  public void listen() {
    logged.start();
    root.addAppender(logged);
    topics.topic("t", 2);
    partition = topics.host("t", 0);
    for (int i = 0; i < 20; i++) {
      partition.append("some value " + i);
    }
    LocalPartitions partitions = topics.partitions();
    ListOffsetsHandler listOffsets = new ListOffsetsHandler(partitions, Runnable::run);
    List<ApiHandler<?>> handlers =
        List.of(
            new ProduceHandler(partitions, 1),
            new FetchHandler(
                partitions,
                ReplicationThrottle.off(),
                new ReadAhead(Runnable::run),
                1 << 20,
                5,
                false),
            listOffsets,
            new OffsetForLeaderEpochHandler(partitions),
            new DescribeProducersHandler(partitions));
    server =
        ServerContext.of(
            new ServerConfig(
                List.of(), 1, 100_000, 5000, 10, 10, 10, Map.of(), 600_000, -1, -1, 50),
            new ApiRegistry(handlers).withApiVersions(ServedFeatures.of(() -> 1)));
  }

  @After
  public void close() {
    root.detachAppender(logged);
    topics.close();
  }

  @Test
  public void noFrameHarmsTheServer() {
    int survived = 0;
    for (int i = 0; i < CONNECTIONS; i++) {
      EmbeddedChannel channel = new EmbeddedChannel();
      KafkaServer.connect(channel, "PLAINTEXT", server);
      channel.pipeline().fireChannelActive();
      session(channel);
      survived += channel.isOpen() ? 1 : 0;
      finish(channel);
    }
    assertTrue("Nearly every connection was closed: " + survived, survived > CONNECTIONS / 20);
    assertTrue("Hardly any was closed: " + survived, survived < CONNECTIONS);
    assertEquals(0, server.budget().takenBytes());
    assertEquals(0, partition.openSlices.get());
    assertEquals(0, partition.watchers.size());
    for (ILoggingEvent event : logged.list) {
      assertTrue(event.getFormattedMessage(), event.getLevel() != Level.ERROR);
    }
  }

  private void session(EmbeddedChannel channel) {
    boolean onlyGood = random.nextInt(4) == 0;
    int frames = 1 + random.nextInt(FRAMES_MAX);
    for (int i = 0; i < frames && channel.isOpen(); i++) {
      ByteBuf frame = goodFrame(i);
      if (!onlyGood && random.nextInt(3) == 0) {
        frame = damaged(frame);
      }
      while (frame.isReadable() && channel.isOpen()) {
        int piece =
            random.nextBoolean()
                ? frame.readableBytes()
                : 1 + random.nextInt(frame.readableBytes());
        channel.writeInbound(frame.readBytes(piece));
      }
      frame.release();
      if (random.nextBoolean()) {
        answerAppends();
      }
      drain(channel);
    }
  }

  private void finish(EmbeddedChannel channel) {
    if (random.nextBoolean()) {
      answerAppends();
      channel.close();
    } else {
      channel.close();
      answerAppends();
    }
    drain(channel);
    channel.finishAndReleaseAll();
  }

  private static void drain(EmbeddedChannel channel) {
    channel.runPendingTasks();
    Object out;
    while ((out = channel.readOutbound()) != null) {
      ReferenceCountUtil.release(out);
    }
  }

  private void answerAppends() {
    while (partition.inbox.hasMessages()) {
      Append append = (Append) partition.inbox.receiveMessage();
      append.listener().released();
      append
          .listener()
          .completed(
              random.nextInt(5) == 0
                  ? AppendResult.refused(Errors.CORRUPT_MESSAGE, "bad", 0)
                  : new AppendResult(Errors.NONE, null, 7, -1, 0, List.of()));
    }
  }

  private ByteBuf damaged(ByteBuf frame) {
    int bytes = frame.readableBytes();
    switch (random.nextInt(5)) {
      case 0: // some bits flip behind the length
        for (int i = 0; i <= random.nextInt(4); i++) {
          int index = 4 + random.nextInt(bytes - 4);
          frame.setByte(index, frame.getByte(index) ^ (1 << random.nextInt(8)));
        }
        return frame;
      case 1: // the end is missing, and the length knows
        int kept = 4 + random.nextInt(bytes - 4);
        return frame.setInt(0, kept - 4).writerIndex(kept);
      case 2: // the length is anything
        return frame.setInt(0, random.nextInt());
      case 3: // an extreme number somewhere
        int[] extremes = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0, 0x7f7f7f7f};
        return frame.setInt(
            4 + random.nextInt(Math.max(1, bytes - 8)), extremes[random.nextInt(5)]);
      default: // nothing but noise
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        frame.release();
        return Frames.frame(noise);
    }
  }

  private ByteBuf goodFrame(int correlationId) {
    switch (random.nextInt(6)) {
      case 0:
        return frame(ApiKeys.PRODUCE, correlationId, 3, 12, produce());
      case 1:
        return frame(ApiKeys.FETCH, correlationId, 7, 12, fetch());
      case 2:
        return frame(ApiKeys.LIST_OFFSETS, correlationId, 4, 11, listOffsets());
      case 3:
        return frame(ApiKeys.OFFSET_FOR_LEADER_EPOCH, correlationId, 2, 4, epochs());
      case 4:
        DescribeProducersRequestData describe = new DescribeProducersRequestData();
        describe
            .topics()
            .add(
                new DescribeProducersRequestData.TopicRequest()
                    .setName("t")
                    .setPartitionIndexes(List.of(0, random.nextInt(4))));
        return frame(ApiKeys.DESCRIBE_PRODUCERS, correlationId, 0, 0, describe);
      default:
        return frame(
            ApiKeys.API_VERSIONS,
            correlationId,
            0,
            4,
            new ApiVersionsRequestData()
                .setClientSoftwareName("fuzz")
                .setClientSoftwareVersion("1"));
    }
  }

  private ByteBuf frame(ApiKeys api, int correlationId, int min, int max, ApiMessage message) {
    int version = min + random.nextInt(max - min + 1);
    return Unpooled.buffer().writeBytes(Frames.request(api, version, correlationId, message));
  }

  private ApiMessage produce() {
    byte[] value = new byte[random.nextInt(3000)];
    ByteBuffer batch = new BatchBuilder(Compression.NONE).append(1, null, value).build();
    ProduceRequestData request =
        new ProduceRequestData().setAcks((short) (random.nextInt(4) - 1)).setTimeoutMs(1000);
    ProduceRequestData.TopicProduceData topic =
        new ProduceRequestData.TopicProduceData().setName(random.nextInt(9) == 0 ? "no" : "t");
    topic
        .partitionData()
        .add(
            new ProduceRequestData.PartitionProduceData()
                .setIndex(random.nextInt(2))
                .setRecords(MemoryRecords.readableRecords(batch)));
    request.topicData().add(topic);
    return request;
  }

  private ApiMessage fetch() {
    FetchRequestData request =
        new FetchRequestData()
            .setMaxWaitMs(random.nextInt(2) * 500)
            .setMinBytes(random.nextInt(2000))
            .setMaxBytes(random.nextInt(100_000))
            .setSessionEpoch(random.nextInt(4) - 1)
            .setSessionId(random.nextInt(3));
    FetchRequestData.FetchTopic topic = new FetchRequestData.FetchTopic().setTopic("t");
    topic
        .partitions()
        .add(
            new FetchRequestData.FetchPartition()
                .setPartition(random.nextInt(3))
                .setFetchOffset(random.nextInt(24))
                .setPartitionMaxBytes(random.nextInt(100_000)));
    request.topics().add(topic);
    return request;
  }

  private ApiMessage listOffsets() {
    ListOffsetsRequestData request = new ListOffsetsRequestData().setReplicaId(-1);
    request
        .topics()
        .add(
            new ListOffsetsRequestData.ListOffsetsTopic()
                .setName("t")
                .setPartitions(
                    List.of(
                        new ListOffsetsRequestData.ListOffsetsPartition()
                            .setPartitionIndex(random.nextInt(3))
                            .setTimestamp(random.nextInt(30) - 8))));
    return request;
  }

  private ApiMessage epochs() {
    OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData();
    request
        .topics()
        .add(
            new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
                .setTopic("t")
                .setPartitions(
                    List.of(
                        new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition()
                            .setPartition(0)
                            .setLeaderEpoch(random.nextInt(3)))));
    return request;
  }
}
