package milena.metadata;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.common.config.ConfigResource;

/**
 * The bytes of an image: the shortest list of events that makes it, and the number it stands at.
 *
 * <pre>
 *   "MLNA" | CRC-32C of all that follows (4 bytes) | last sequence | events, see {@link EventCodec}
 * </pre>
 */
public final class ImageCodec {
  private static final int MAGIC = 0x4D4C4E41;
  private static final int HEAD_BYTES = 8;

  private ImageCodec() {}

  public static byte[] encode(ClusterImage image) {
    ByteWriter out = new ByteWriter();
    out.writeLong(0);
    out.writeNumber(image.lastSequence());
    EventCodec.write(out, events(image));
    byte[] bytes = out.toByteArray();
    ByteBuffer.wrap(bytes).putInt(MAGIC).putInt(checksum(bytes));
    return bytes;
  }

  /**
   * The image that these bytes hold.
   *
   * @throws IllegalArgumentException when they are damaged, or of a later version
   */
  public static ClusterImage decode(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length < HEAD_BYTES || buffer.getInt() != MAGIC) {
      throw new IllegalArgumentException("These bytes hold no image of a cluster");
    }
    if (buffer.getInt() != checksum(bytes)) {
      throw new IllegalArgumentException("The image of the cluster is damaged");
    }
    try {
      ByteReader in = new ByteReader(buffer);
      long lastSequence = in.readNumber();
      ClusterImage image = ClusterImage.EMPTY;
      for (MetadataEvent event : EventCodec.read(in)) {
        image = image.apply(event);
      }
      return image.withLastSequence(lastSequence);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("The image of the cluster ends in the middle", e);
    }
  }

  private static List<MetadataEvent> events(ClusterImage image) {
    List<MetadataEvent> events = new ArrayList<>();
    image.clusterId().ifPresent(id -> events.add(new ClusterEvent.ClusterNamed(id)));
    image
        .brokers()
        .values()
        .forEach(broker -> events.add(new BrokerEvent.BrokerRegistered(broker)));
    for (TopicImage topic : image.topics().values()) {
      events.add(new TopicEvent.TopicCreated(topic.id(), topic.name(), topic.partitions()));
    }
    for (ConfigResource resource : image.configs().keySet()) {
      events.add(new ClusterEvent.ConfigsReplaced(resource, image.config(resource)));
    }
    events.add(new ClusterEvent.ProducerIdsAllocated(image.nextProducerId()));
    MembershipImage membership = image.membership();
    // Whose run a gone one was is forgotten; no node has the number -1.
    membership.gone().forEach(uid -> events.add(new MemberEvent.NodeGone(-1, uid)));
    membership.nodes().values().forEach(node -> events.add(new MemberEvent.NodePresent(node)));
    if (membership.seedUid() != 0) {
      events.add(new MemberEvent.SeedNamed(membership.seedUid()));
    }
    return events;
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, HEAD_BYTES, bytes.length - HEAD_BYTES);
    return (int) crc.getValue();
  }
}
