package milena.metadata;

import static org.junit.Assert.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import milena.common.TopicIdPartition;
import milena.testing.SeedRule;
import org.apache.kafka.common.Uuid;
import org.junit.Assert;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** The same events make the same image, by way of bytes and snapshots too. */
public class ClusterImageTest extends JUnitSuite {
  @Rule public final SeedRule seeds = new SeedRule();

  @Test
  public void bytesAndSnapshotsAtAnyPointLeadToTheSameImage() {
    Random random = seeds.random();
    for (int round = 0; round < 100; round++) {
      EventWalk walk = new EventWalk(random);
      ClusterImage direct = ClusterImage.EMPTY;
      ClusterImage throughBytes = ClusterImage.EMPTY;
      for (int commit = 0; commit < 20; commit++) {
        List<MetadataEvent> events = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
          MetadataEvent event = walk.next(direct);
          events.add(event);
          direct = direct.apply(event);
        }
        List<MetadataEvent> decoded = EventCodec.decode(ByteBuffer.wrap(EventCodec.encode(events)));
        assertEquals(events, decoded);
        for (MetadataEvent event : decoded) {
          throughBytes = throughBytes.apply(event);
        }
        if (random.nextInt(5) == 0) {
          throughBytes = ImageCodec.decode(ImageCodec.encode(throughBytes));
        }
        assertEquals(direct, throughBytes);
        assertWhole(direct);
      }
    }
  }

  /** What a node wrote before partitions could be on their way: version 1, one partition. */
  @Test
  public void theFirstVersionStaysReadable() {
    byte[] first = {
      1, 2, 20, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 8, 2, 't', 2, 2, 2, 2, 0, 0, 0, 0,
      0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 6, 2, 2, 0, 2, 2, 8, 10
    };
    PartitionImage partition =
        new PartitionImage(List.of(1), List.of(new Uuid(5, 6)), List.of(1), List.of(), 1, 4, 5);
    assertEquals(
        List.of(new TopicEvent.TopicCreated(new Uuid(7, 8), "t", List.of(partition))),
        EventCodec.decode(ByteBuffer.wrap(first)));
  }

  /** Each topic is found by its name, and nothing is found that is not there. */
  private static void assertWhole(ClusterImage image) {
    assertEquals(image.topics().size(), image.topicIds().size());
    image.topics().values().forEach(topic -> assertEquals(topic, image.topic(topic.name())));
  }

  @Test
  public void damagedBytesAreNoImage() {
    Random random = seeds.random();
    byte[] good = ImageCodec.encode(Images.brokers(3));
    for (int round = 0; round < 200; round++) {
      byte[] bad =
          random.nextBoolean()
              ? Arrays.copyOf(good, random.nextInt(good.length))
              : flipped(good, random.nextInt(good.length * 8));
      Assert.assertThrows(IllegalArgumentException.class, () -> ImageCodec.decode(bad));
    }
  }

  private static byte[] flipped(byte[] bytes, int bit) {
    byte[] copy = bytes.clone();
    copy[bit / 8] ^= (byte) (1 << bit % 8);
    return copy;
  }

  @Test
  public void aCommitOfTenThousandPartitionsIsSmall() {
    List<MetadataEvent> events = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      events.add(
          new TopicEvent.PartitionChanged(
              new TopicIdPartition(new Uuid(1, i / 10), i % 10), Images.partition(1, 2, 3)));
    }
    int bytes = EventCodec.encode(events).length;
    Assert.assertTrue("bytes: " + bytes, bytes < 512 << 10);
  }

  @Test
  public void whatCannotHaveBeenDecidedOnThisImageIsRefused() {
    ClusterImage image = Images.withTopic(Images.brokers(1), "t", Images.partition(1));
    Uuid topic = Images.topicId("t");
    List<MetadataEvent> impossible =
        List.of(
            new ClusterEvent.ClusterNamed("again"),
            new ClusterEvent.ProducerIdsAllocated(-1),
            new BrokerEvent.BrokerStateChanged(1, 1, true, false),
            new BrokerEvent.BrokerUnregistered(2, 1),
            new TopicEvent.TopicCreated(topic, "other", List.of()),
            new TopicEvent.TopicCreated(Uuid.ONE_UUID, "t", List.of()),
            new TopicEvent.TopicDeleted(Uuid.ONE_UUID),
            new TopicEvent.PartitionChanged(new TopicIdPartition(topic, 0), Images.partition(1)),
            new TopicEvent.PartitionChanged(new TopicIdPartition(topic, 5), Images.partition(1)));
    for (MetadataEvent event : impossible) {
      Assert.assertThrows(event.toString(), IllegalStateException.class, () -> image.apply(event));
    }
  }

  @Test
  public void aNameMayBeGivenAgain() {
    ClusterImage image =
        Images.withTopic(Images.brokers(1), "t", Images.partition(1))
            .apply(new TopicEvent.TopicDeleted(Images.topicId("t")))
            .apply(new TopicEvent.TopicCreated(Uuid.ONE_UUID, "t", List.of(Images.partition(1))));
    assertEquals(Uuid.ONE_UUID, image.topic("t").id());
    assertEquals(Map.of("t", Uuid.ONE_UUID), image.topicIds());
  }
}
