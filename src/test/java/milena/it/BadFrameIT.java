package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import milena.testing.SeedRule;
import milena.testing.WireClient;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/**
 * Frames that no client should send. The broker answers with an error or closes that connection; it
 * stays up, its memory stays bounded, and another client is served all along.
 */
public class BadFrameIT extends JUnitSuite {
  private static final int MAX_REQUEST = 4_000_000;

  @ClassRule
  public static final BrokerRule kafka =
      BrokerRule.own(Map.of("socket.request.max.bytes", String.valueOf(MAX_REQUEST)));

  @Rule public final SeedRule seeds = new SeedRule();

  private static final Duration FUZZING = Duration.ofSeconds(Boolean.getBoolean("long") ? 60 : 10);
  private static final Duration HANGS = Duration.ofMinutes(5);
  private static final int ENOUGH_SENT = 100;
  private static final Duration CLOSING = Await.LIMIT;

  /** How much larger the broker may get under fire: its heap may fill, nothing beyond. */
  private static final long MEMORY_BOUND = 1_600L << 20;

  private static WireClient connect() throws IOException {
    return new WireClient(kafka.broker().address());
  }

  private static void assertClosedAfter(byte[] frame) throws Exception {
    try (WireClient client = connect()) {
      client.sendRaw(frame);
      assertTrue(
          "the connection is closed after " + Arrays.toString(frame),
          client.isClosedWithin(CLOSING));
    }
  }

  private static byte[] frame(int size, int... shorts) {
    ByteBuffer frame = ByteBuffer.allocate(4 + 2 * shorts.length);
    frame.putInt(size);
    for (int s : shorts) {
      frame.putShort((short) s);
    }
    return frame.array();
  }

  @Test
  public void sizesThatCannotBeAreRefused() throws Exception {
    assertClosedAfter(frame(-1, 18, 0, 0, 1, -1));
    assertClosedAfter(frame(Integer.MIN_VALUE, 18, 0, 0, 1, -1));
    assertClosedAfter(frame(MAX_REQUEST + 1, 18, 0, 0, 1, -1));
    assertClosedAfter(frame(Integer.MAX_VALUE, 18, 0, 0, 1, -1));
  }

  @Test
  public void unknownApisAndVersionsCloseTheConnection() throws Exception {
    assertClosedAfter(frame(10, 9999, 0, 0, 1, -1));
    assertClosedAfter(frame(10, -3, 0, 0, 1, -1));
    assertClosedAfter(frame(10, ApiKeys.METADATA.id, 99, 0, 1, -1));
    assertClosedAfter(frame(10, ApiKeys.PRODUCE.id, 2, 0, 1, -1));
    assertClosedAfter(frame(10, ApiKeys.VOTE.id, 0, 0, 1, -1));
  }

  @Test
  public void framesWithoutAWholeHeaderCloseTheConnection() throws Exception {
    assertClosedAfter(frame(0));
    assertClosedAfter(frame(2, 18));
    assertClosedAfter(frame(8, 18, 0, 0, 1));
    assertClosedAfter("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n".getBytes());
  }

  @Test
  public void aFrameThatNeverEndsHoldsUpNobody() throws Exception {
    List<WireClient> waiting = new ArrayList<>();
    try {
      // Apache Kafka takes the memory for a frame when it has seen its size.
      for (int i = 0; i < (TestBroker.isApacheKafka() ? 20 : 100); i++) {
        WireClient client = connect();
        waiting.add(client);
        client.sendRaw(frame(MAX_REQUEST - 1, ApiKeys.PRODUCE.id, 9, 0, 1, -1));
      }
      try (var producer = kafka.producer()) {
        producer.send(new ProducerRecord<>(kafka.topic("beside", 1), "v")).get();
      }
      for (WireClient client : waiting) {
        assertFalse("beside them, not after them", client.isClosedWithin(Duration.ofMillis(1)));
      }
    } finally {
      for (WireClient client : waiting) {
        client.close();
      }
    }
  }

  @Test
  public void whatIsRefusedIsNotReadToItsEnd() throws Exception {
    long before = kafka.broker().residentBytes();
    byte[] flood = new byte[1 << 20];
    for (int i = 0; i < 20; i++) {
      try (WireClient client = connect()) {
        client.sendRaw(frame(Integer.MAX_VALUE, 0));
        for (int j = 0; j < 100; j++) {
          client.sendRaw(flood);
        }
      } catch (IOException e) {
        continue; // closed under our hands, as it should be
      }
      throw new AssertionError("100 MB were taken from a frame that was too large");
    }
    long grown = kafka.broker().residentBytes() - before;
    assertTrue("grown by " + (grown >> 20) + " MB", grown < 300L << 20);
  }

  /** A client with nothing to hide, which must not notice anything. */
  private static final class Bystander implements AutoCloseable {
    /** So many records are enough to tell that it was served all along. */
    private static final int ENOUGH = 20;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final TopicPartition partition;
    private final Thread thread;
    private volatile int count;

    Bystander() throws Exception {
      partition = new TopicPartition(kafka.topic("bystander", 1), 0);
      thread = new Thread(this::goOn, "bystander");
      thread.start();
    }

    private void goOn() {
      try (var producer = kafka.producer("linger.ms", 0);
          var consumer = kafka.consumer()) {
        consumer.assign(List.of(partition));
        while (!over.get()) {
          String value = "v" + count;
          producer.send(new ProducerRecord<>(partition.topic(), 0, null, value)).get();
          count = count + 1;
          assertEquals(value, Read.exactly(1, consumer).get(0).value());
        }
      } catch (Throwable e) {
        failure.set(e);
      }
    }

    @Override
    public void close() {
      over.set(true);
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      if (failure.get() != null) {
        throw new AssertionError("the bystander was disturbed", failure.get());
      }
      assertTrue("the bystander got only " + count + " records through", count > ENOUGH);
    }
  }

  @Test
  public void damagedFramesHurtOnlyTheirSender() throws Exception {
    Random random = seeds.random();
    List<byte[]> corpus = soundFrames();
    long began = System.nanoTime();
    int sent = 0;
    try (Bystander bystander = new Bystander()) {
      while (bystander.failure.get() == null
          && goesOn(
              System.nanoTime() - began,
              sent > ENOUGH_SENT && bystander.count > Bystander.ENOUGH)) {
        byte[] frame = damaged(corpus.get(random.nextInt(corpus.size())), random);
        try (WireClient client = connect()) {
          client.sendRaw(frame);
          client.endOutput();
          // An answer, an end, or a while of nothing: whichever comes first.
          client.isClosedWithin(Duration.ofMillis(20));
        } catch (IOException e) {
          // Closed while we were at it.
        }
        sent++;
        assertTrue("the broker died\n" + kafka.broker().outputTail(), kafka.broker().isAlive());
      }
    }
    assertTrue("only " + sent + " frames were sent", sent > ENOUGH_SENT);
    long resident = kafka.broker().residentBytes();
    assertTrue("the broker holds " + (resident >> 20) + " MB", resident < MEMORY_BOUND);
  }

  /** For a while, and on until enough has come through: where it hangs, not for ever. */
  private static boolean goesOn(long nanos, boolean enough) {
    return nanos < FUZZING.toNanos() || !enough && nanos < HANGS.toNanos();
  }

  /** Every request that the examples make, in every version: what the damage is done to. */
  private static List<byte[]> soundFrames() throws Exception {
    List<byte[]> frames = new ArrayList<>();
    WireExamples examples = new WireExamples(kafka);
    for (var entry : EveryVersionIT.advertised(kafka).entrySet()) {
      ApiKeys api = entry.getKey();
      WireExamples.Example example = examples.of(api);
      if (example == null) {
        continue;
      }
      int to = Math.min(entry.getValue()[1], api.latestVersion());
      for (int version = Math.max(entry.getValue()[0], api.oldestVersion());
          version <= to;
          version++) {
        try (WireClient client = new WireClient(kafka.broker().address(), frames::add)) {
          example.tried(client, version);
        }
      }
    }
    return frames;
  }

  private static byte[] damaged(byte[] sound, Random random) {
    byte[] frame = sound.clone();
    switch (random.nextInt(6)) {
      case 0: // bits of the header and the body
        for (int i = 0; i <= random.nextInt(8); i++) {
          flip(frame, 4 + random.nextInt(frame.length - 4), random);
        }
        return frame;
      case 1: // bits of the body, past API, version and correlation id
        for (int i = 0; i <= random.nextInt(8); i++) {
          flip(frame, Math.min(frame.length - 1, 12 + random.nextInt(frame.length)), random);
        }
        return frame;
      case 2: // cut, with the size that it has now
        frame = Arrays.copyOf(frame, 4 + random.nextInt(frame.length - 4));
        ByteBuffer.wrap(frame).putInt(0, frame.length - 4);
        return frame;
      case 3: // cut, with the size that it had
        return Arrays.copyOf(frame, 1 + random.nextInt(frame.length - 1));
      case 4: // a large number somewhere: a length, a count, a tag
        int at = 4 + random.nextInt(Math.max(1, frame.length - 8));
        byte[] large = {0x7f, (byte) 0xff, (byte) 0xff, (byte) random.nextInt()};
        System.arraycopy(large, 0, frame, at, Math.min(4, frame.length - at));
        return frame;
      default: // noise, behind a size that may be right
        byte[] noise = new byte[4 + random.nextInt(500)];
        random.nextBytes(noise);
        ByteBuffer.wrap(noise).putInt(0, random.nextBoolean() ? noise.length - 4 : 8);
        return noise;
    }
  }

  private static void flip(byte[] frame, int at, Random random) {
    frame[at] ^= (byte) (1 << random.nextInt(8));
  }
}
