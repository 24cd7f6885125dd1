package milena.metadata;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import milena.common.TopicIdPartition;
import milena.metadata.BrokerEvent.BrokerDirectoriesChanged;
import milena.metadata.BrokerEvent.BrokerRegistered;
import milena.metadata.BrokerEvent.BrokerStateChanged;
import milena.metadata.BrokerEvent.BrokerUnregistered;
import milena.metadata.ClusterEvent.ClusterNamed;
import milena.metadata.ClusterEvent.ConfigsReplaced;
import milena.metadata.ClusterEvent.ProducerIdsAllocated;
import milena.metadata.MemberEvent.NodeGone;
import milena.metadata.MemberEvent.NodePresent;
import milena.metadata.MemberEvent.SeedNamed;
import milena.metadata.PartitionImage.Reassignment;
import milena.metadata.TopicEvent.PartitionChanged;
import milena.metadata.TopicEvent.PartitionsAdded;
import milena.metadata.TopicEvent.TopicCreated;
import milena.metadata.TopicEvent.TopicDeleted;
import org.apache.kafka.common.config.ConfigResource;

/**
 * The bytes of metadata events, in the replicated log and in snapshots.
 *
 * <pre>
 *   events  = version (1 byte) | count | event ...
 *   event   = kind (1 byte)    | the fields in the order in which the record declares them
 * </pre>
 *
 * A kind's number is for ever. A new field or kind raises the version; what an earlier version
 * wrote stays readable. How numbers, texts and ids look is told by {@link ByteWriter}.
 */
public final class EventCodec {
  /** The first version; a partition's reassignment came with the second. */
  private static final byte OLDEST_VERSION = 1;

  private static final byte VERSION = 2;

  private static final byte CLUSTER_NAMED = 1;
  private static final byte CONFIGS_REPLACED = 2;
  private static final byte PRODUCER_IDS_ALLOCATED = 3;
  private static final byte BROKER_REGISTERED = 10;
  private static final byte BROKER_STATE_CHANGED = 11;
  private static final byte BROKER_DIRECTORIES_CHANGED = 12;
  private static final byte BROKER_UNREGISTERED = 13;
  private static final byte TOPIC_CREATED = 20;
  private static final byte TOPIC_DELETED = 21;
  private static final byte PARTITIONS_ADDED = 22;
  private static final byte PARTITION_CHANGED = 23;
  private static final byte NODE_PRESENT = 30;
  private static final byte NODE_GONE = 31;
  private static final byte SEED_NAMED = 32;

  private EventCodec() {}

  /** The bytes of these events. */
  public static byte[] encode(List<MetadataEvent> events) {
    ByteWriter out = new ByteWriter();
    write(out, events);
    return out.toByteArray();
  }

  /**
   * The events that these bytes hold.
   *
   * @throws IllegalArgumentException when they hold none, or a later version's
   */
  public static List<MetadataEvent> decode(ByteBuffer bytes) {
    ByteReader in = new ByteReader(bytes);
    try {
      return read(in);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("Metadata events end in the middle", e);
    }
  }

  static void write(ByteWriter out, List<MetadataEvent> events) {
    out.writeByte(VERSION);
    out.writeEach(events, event -> write(out, event));
  }

  static List<MetadataEvent> read(ByteReader in) {
    byte version = in.readByte();
    if (version < OLDEST_VERSION || version > VERSION) {
      throw new IllegalArgumentException("Metadata events of an unknown version: " + version);
    }
    return in.readEach(() -> readEvent(in, version));
  }

  private static void write(ByteWriter out, MetadataEvent event) {
    if (event instanceof ClusterEvent cluster) {
      writeCluster(out, cluster);
    } else if (event instanceof BrokerEvent broker) {
      writeBroker(out, broker);
    } else if (event instanceof MemberEvent member) {
      writeMember(out, member);
    } else {
      writeTopic(out, (TopicEvent) event);
    }
  }

  private static void writeCluster(ByteWriter out, ClusterEvent event) {
    if (event instanceof ClusterNamed named) {
      out.writeByte(CLUSTER_NAMED);
      out.writeText(named.clusterId());
    } else if (event instanceof ConfigsReplaced configs) {
      out.writeByte(CONFIGS_REPLACED);
      out.writeByte(configs.resource().type().id());
      out.writeText(configs.resource().name());
      out.writeTexts(configs.settings());
    } else if (event instanceof ProducerIdsAllocated ids) {
      out.writeByte(PRODUCER_IDS_ALLOCATED);
      out.writeNumber(ids.nextProducerId());
    } else {
      throw unknown(event);
    }
  }

  private static void writeBroker(ByteWriter out, BrokerEvent event) {
    if (event instanceof BrokerRegistered registered) {
      out.writeByte(BROKER_REGISTERED);
      writeBroker(out, registered.broker());
    } else if (event instanceof BrokerStateChanged state) {
      out.writeByte(BROKER_STATE_CHANGED);
      out.writeNumber(state.brokerId());
      out.writeNumber(state.brokerEpoch());
      out.writeBoolean(state.fenced());
      out.writeBoolean(state.stopping());
    } else if (event instanceof BrokerDirectoriesChanged changed) {
      out.writeByte(BROKER_DIRECTORIES_CHANGED);
      out.writeNumber(changed.brokerId());
      out.writeNumber(changed.brokerEpoch());
      out.writeEach(changed.directories(), out::writeId);
    } else if (event instanceof BrokerUnregistered gone) {
      out.writeByte(BROKER_UNREGISTERED);
      out.writeNumber(gone.brokerId());
      out.writeNumber(gone.brokerEpoch());
    } else {
      throw unknown(event);
    }
  }

  private static void writeTopic(ByteWriter out, TopicEvent event) {
    if (event instanceof TopicCreated created) {
      out.writeByte(TOPIC_CREATED);
      out.writeId(created.topicId());
      out.writeText(created.name());
      out.writeEach(created.partitions(), partition -> writePartition(out, partition));
    } else if (event instanceof TopicDeleted deleted) {
      out.writeByte(TOPIC_DELETED);
      out.writeId(deleted.topicId());
    } else if (event instanceof PartitionsAdded added) {
      out.writeByte(PARTITIONS_ADDED);
      out.writeId(added.topicId());
      out.writeEach(added.partitions(), partition -> writePartition(out, partition));
    } else if (event instanceof PartitionChanged changed) {
      out.writeByte(PARTITION_CHANGED);
      out.writeId(changed.id().topicId());
      out.writeNumber(changed.id().partition());
      writePartition(out, changed.partition());
    } else {
      throw unknown(event);
    }
  }

  private static void writeMember(ByteWriter out, MemberEvent event) {
    if (event instanceof NodePresent present) {
      MemberNode node = present.node();
      out.writeByte(NODE_PRESENT);
      out.writeNumber(node.id());
      out.writeText(node.host());
      out.writeNumber(node.port());
      out.writeNumber(node.uid());
      out.writeBoolean(node.joined());
    } else if (event instanceof NodeGone gone) {
      out.writeByte(NODE_GONE);
      out.writeNumber(gone.nodeId());
      out.writeNumber(gone.uid());
    } else if (event instanceof SeedNamed seed) {
      out.writeByte(SEED_NAMED);
      out.writeNumber(seed.uid());
    } else {
      throw unknown(event);
    }
  }

  private static MetadataEvent readEvent(ByteReader in, byte version) {
    byte kind = in.readByte();
    return switch (kind) {
      case CLUSTER_NAMED -> new ClusterNamed(in.readText());
      case CONFIGS_REPLACED -> new ConfigsReplaced(readResource(in), in.readTexts());
      case PRODUCER_IDS_ALLOCATED -> new ProducerIdsAllocated(in.readNumber());
      case BROKER_REGISTERED -> new BrokerRegistered(readBroker(in));
      case BROKER_STATE_CHANGED ->
          new BrokerStateChanged(in.readInt(), in.readNumber(), in.readBoolean(), in.readBoolean());
      case BROKER_DIRECTORIES_CHANGED ->
          new BrokerDirectoriesChanged(in.readInt(), in.readNumber(), in.readEach(in::readId));
      case BROKER_UNREGISTERED -> new BrokerUnregistered(in.readInt(), in.readNumber());
      case TOPIC_CREATED ->
          new TopicCreated(
              in.readId(), in.readText(), in.readEach(() -> readPartition(in, version)));
      case TOPIC_DELETED -> new TopicDeleted(in.readId());
      case PARTITIONS_ADDED ->
          new PartitionsAdded(in.readId(), in.readEach(() -> readPartition(in, version)));
      case PARTITION_CHANGED ->
          new PartitionChanged(
              new TopicIdPartition(in.readId(), in.readInt()), readPartition(in, version));
      case NODE_PRESENT ->
          new NodePresent(
              new MemberNode(
                  in.readInt(), in.readText(), in.readInt(), in.readNumber(), in.readBoolean()));
      case NODE_GONE -> new NodeGone(in.readInt(), in.readNumber());
      case SEED_NAMED -> new SeedNamed(in.readNumber());
      default -> throw new IllegalArgumentException("A metadata event of unknown kind " + kind);
    };
  }

  private static ConfigResource readResource(ByteReader in) {
    ConfigResource.Type type = ConfigResource.Type.forId(in.readByte());
    return new ConfigResource(type, in.readText());
  }

  private static void writeBroker(ByteWriter out, BrokerImage broker) {
    out.writeNumber(broker.id());
    out.writeNumber(broker.epoch());
    out.writeId(broker.incarnation());
    out.writeEach(
        broker.listeners().entrySet(),
        listener -> {
          out.writeText(listener.getKey());
          out.writeText(listener.getValue().host());
          out.writeNumber(listener.getValue().port());
          out.writeText(listener.getValue().securityProtocol());
        });
    out.writeBoolean(broker.rack().isPresent());
    broker.rack().ifPresent(out::writeText);
    out.writeEach(broker.directories(), out::writeId);
    out.writeBoolean(broker.fenced());
    out.writeBoolean(broker.stopping());
  }

  private static BrokerImage readBroker(ByteReader in) {
    int id = in.readInt();
    long epoch = in.readNumber();
    var incarnation = in.readId();
    Map<String, BrokerImage.Endpoint> listeners = new LinkedHashMap<>();
    in.readEach(
        () ->
            listeners.put(
                in.readText(),
                new BrokerImage.Endpoint(in.readText(), in.readInt(), in.readText())));
    Optional<String> rack = in.readBoolean() ? Optional.of(in.readText()) : Optional.empty();
    return new BrokerImage(
        id,
        epoch,
        incarnation,
        listeners,
        rack,
        in.readEach(in::readId),
        in.readBoolean(),
        in.readBoolean());
  }

  private static void writePartition(ByteWriter out, PartitionImage partition) {
    out.writeNumbers(partition.replicas());
    out.writeEach(partition.directories(), out::writeId);
    out.writeNumbers(partition.isr());
    out.writeNumbers(partition.elr());
    out.writeNumber(partition.lastKnownLeader());
    out.writeNumber(partition.leader());
    out.writeNumber(partition.leaderEpoch());
    out.writeNumber(partition.partitionEpoch());
    out.writeNumbers(partition.reassignment().adding());
    out.writeNumbers(partition.reassignment().removing());
  }

  private static PartitionImage readPartition(ByteReader in, byte version) {
    return new PartitionImage(
        in.readNumbers(),
        in.readEach(in::readId),
        in.readNumbers(),
        in.readNumbers(),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        version < 2 ? Reassignment.NONE : new Reassignment(in.readNumbers(), in.readNumbers()));
  }

  private static IllegalArgumentException unknown(MetadataEvent event) {
    return new IllegalArgumentException("No bytes are known for " + event);
  }
}
