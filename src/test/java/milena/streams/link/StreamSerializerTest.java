package milena.streams.link;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import akka.actor.ExtendedActorSystem;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.javadsl.Adapter;
import akka.util.ByteString;
import com.typesafe.config.ConfigFactory;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import milena.common.TopicIdPartition;
import milena.log.LogView.AbortedTransaction;
import milena.streams.link.StreamMessage.Answer;
import milena.streams.link.StreamMessage.Ask;
import milena.testing.SeedRule;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.AfterClass;
import org.junit.Assert;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** What streams and brokers say to each other, as bytes. */
public class StreamSerializerTest extends JUnitSuite {
  private static final TopicIdPartition PARTITION = new TopicIdPartition(new Uuid(4, 2), 7);

  @Rule public final SeedRule seeds = new SeedRule();

  private static ActorTestKit kit;
  private static StreamSerializer serializer;

  @BeforeClass
  public static void start() {
    kit =
        ActorTestKit.create(
            ConfigFactory.parseString("akka.actor.provider = local")
                .withFallback(ConfigFactory.load()));
    serializer = new StreamSerializer((ExtendedActorSystem) Adapter.toClassic(kit.system()));
  }

  @AfterClass
  public static void stop() {
    kit.shutdownTestKit();
  }

  private ByteString random(int size) {
    byte[] bytes = new byte[size];
    seeds.random().nextBytes(bytes);
    return ByteString.fromArray(bytes);
  }

  @Test
  public void messagesSurvive() throws Exception {
    TestProbe<StreamMessage> asker = kit.createTestProbe(StreamMessage.class);
    ByteString rope = random(100).concat(random(50));
    for (StreamMessage message :
        List.of(
            new Ask(5, asker.ref(), 1, 3, rope),
            new Answer(Long.MAX_VALUE, 0, 1, random(0)),
            new Answer(6, 2, 3, rope))) {
      String manifest = serializer.manifest(message);
      assertEquals(message, serializer.fromBinary(serializer.toBinary(message), manifest));
      ByteBuffer direct = ByteBuffer.allocateDirect(1000);
      serializer.toBinary(message, direct);
      assertEquals(message, serializer.fromBinary(direct.flip(), manifest));
    }
  }

  @Test
  public void aFrameThatIsTooSmallIsAnErrorAndNotACut() {
    Assert.assertThrows(
        BufferOverflowException.class,
        () -> serializer.toBinary(new Answer(1, 0, 1, random(100)), ByteBuffer.allocate(60)));
  }

  @Test
  public void requestsSurvive() {
    ReadRequest read = new ReadRequest(PARTITION, 1L << 40, 1024, 500, true);
    assertEquals(read, Payloads.request(Payloads.of(read)));
    ByteBuffer batch = ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4}, 1, 3);
    WriteRequest write = new WriteRequest(PARTITION, (short) -1, 30_000, batch);
    WriteRequest again = (WriteRequest) Payloads.request(Payloads.of(write).compact());
    assertEquals(write, again);
    HeartbeatRequestData beat =
        new HeartbeatRequestData().setGroupId("g").setMemberId("m").setGenerationId(3);
    Payloads.Call call = new Payloads.Call("program", (short) 4, beat);
    assertEquals(call, Payloads.request(Payloads.of(call).compact()));
  }

  @Test
  public void answersSurvive() {
    ReadAnswer read =
        new ReadAnswer(
            Errors.NONE,
            77,
            List.of(new AbortedTransaction(1, 2, 3)),
            ByteBuffer.wrap(new byte[] {1, 2, 3}));
    assertEquals(read, Payloads.readAnswer(Payloads.of(read).compact()));
    assertEquals(
        Errors.NOT_LEADER_OR_FOLLOWER,
        Payloads.readAnswer(Payloads.failed(Errors.NOT_LEADER_OR_FOLLOWER)).error());
    for (String message : new String[] {null, "", "too large"}) {
      WriteAnswer written = new WriteAnswer(Errors.MESSAGE_TOO_LARGE, message, 4, 5);
      assertEquals(written, Payloads.writeAnswer(Payloads.of(written)));
    }
    HeartbeatResponseData beat = new HeartbeatResponseData().setErrorCode((short) 27);
    assertEquals(beat, Payloads.called(Payloads.called(beat, (short) 4), (short) 12, (short) 4));
    Assert.assertThrows(
        NotCoordinatorException.class,
        () -> Payloads.called(Payloads.failed(Errors.NOT_COORDINATOR), (short) 12, (short) 4));
  }

  @Test
  public void whatIsLargeTravelsInParts() {
    Random random = seeds.random();
    for (int size :
        List.of(0, 1, StreamMessage.PART_BYTES, StreamMessage.PART_BYTES + 1, 3_500_000)) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      ByteString whole = ByteString.fromArray(bytes);
      Parts parts = new Parts();
      int count = StreamMessage.partsOf(whole);
      ByteString together = null;
      for (int i = 0; i < count; i++) {
        assertEquals("not before the last", null, together);
        together = parts.add(new Answer(1, i, count, StreamMessage.part(whole, i)));
      }
      assertArrayEquals(bytes, together.toArray());
    }
  }
}
