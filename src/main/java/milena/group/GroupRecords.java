package milena.group;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import milena.group.message.CommittedOffset;
import milena.group.message.GroupEvent;
import milena.group.message.GroupEvent.GroupRemoved;
import milena.group.message.GroupEvent.MembershipStored;
import milena.group.message.GroupEvent.OffsetRemoved;
import milena.group.message.GroupEvent.OffsetStored;
import milena.group.message.GroupMetadata;
import milena.group.message.GroupMetadata.MemberMetadata;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.protocol.Writable;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * A group's events as records of {@code __consumer_offsets}, in Apache Kafka's formats, so that its
 * tools and every program that reads the topic understand them. The key says what the record is
 * about; a record without a value is a tombstone, and says that it is no more.
 *
 * <pre>
 *   key:    version int16, then
 *           0, 1  a committed offset:  group string, topic string, partition int32
 *           2     a group:             group string
 *   value:  version int16, then
 *           of an offset   1: offset int64, metadata string, committed int64, expires int64
 *                          3: offset int64, leader epoch int32, metadata string, committed int64
 *                          4: as 3 with compact strings, and tag 0: topic id
 *           of a group     3: protocol type string, generation int32, protocol string?,
 *                             leader string?, state since int64, members [
 *                               id string, instance string?, client string, host string,
 *                               rebalance timeout int32, session timeout int32,
 *                               subscription bytes, assignment bytes ]
 *                          4: as 3 with compact strings and tags
 * </pre>
 *
 * <p>All versions are read. Written are 4 of offsets (1 of those with an expiry of their own) and 3
 * of groups, as Kafka 4 does.
 */
public final class GroupRecords {
  private static final short OFFSET_KEY = 1;
  private static final short GROUP_KEY = 2;
  private static final short OFFSET_WITH_EXPIRY = 1;
  private static final short OFFSET_FLEXIBLE = 4;
  private static final short GROUP_VALUE = 3;
  private static final short GROUP_FLEXIBLE = 4;
  private static final int TOPIC_ID_TAG = 0;

  private GroupRecords() {}

  /** An event, and the group it is about. */
  public record Read(String groupId, GroupEvent event) {}

  /** The key of the event's record: events with the same key are about the same thing. */
  public static ByteBuffer key(String groupId, GroupEvent event) {
    return write(
        out -> {
          if (event instanceof OffsetStored stored) {
            writeOffsetKey(out, groupId, stored.topic(), stored.partition());
          } else if (event instanceof OffsetRemoved removed) {
            writeOffsetKey(out, groupId, removed.topic(), removed.partition());
          } else {
            out.writeShort(GROUP_KEY);
            writeString(out, groupId, false);
          }
        });
  }

  /** The value of the event's record; null for a tombstone. */
  public static ByteBuffer value(GroupEvent event) {
    if (event instanceof OffsetStored stored) {
      return write(out -> writeOffset(out, stored.offset()));
    }
    if (event instanceof MembershipStored stored) {
      return write(out -> writeGroup(out, stored.metadata()));
    }
    return null;
  }

  /**
   * Reads a record back.
   *
   * @return empty for a record of another kind, which is not ours to understand
   * @throws RuntimeException when the record is damaged
   */
  public static Optional<Read> read(ByteBuffer key, ByteBuffer value) {
    Readable in = new ByteBufferAccessor(key.duplicate());
    short version = in.readShort();
    if (version < 0 || version > GROUP_KEY) {
      return Optional.empty();
    }
    String groupId = readString(in, false);
    if (version == GROUP_KEY) {
      GroupEvent event =
          value == null ? new GroupRemoved() : new MembershipStored(readGroup(value.duplicate()));
      return Optional.of(new Read(groupId, event));
    }
    String topic = readString(in, false);
    int partition = in.readInt();
    GroupEvent event =
        value == null
            ? new OffsetRemoved(topic, partition)
            : new OffsetStored(topic, partition, readOffset(value.duplicate()));
    return Optional.of(new Read(groupId, event));
  }

  private static void writeOffsetKey(Writable out, String groupId, String topic, int partition) {
    out.writeShort(OFFSET_KEY);
    writeString(out, groupId, false);
    writeString(out, topic, false);
    out.writeInt(partition);
  }

  private static void writeOffset(Writable out, CommittedOffset offset) {
    boolean expires = offset.expireTimestampMs() != CommittedOffset.NEVER;
    out.writeShort(expires ? OFFSET_WITH_EXPIRY : OFFSET_FLEXIBLE);
    out.writeLong(offset.offset());
    if (!expires) {
      out.writeInt(offset.leaderEpoch());
    }
    writeString(out, offset.metadata(), !expires);
    out.writeLong(offset.commitTimestampMs());
    if (expires) {
      out.writeLong(offset.expireTimestampMs());
    } else if (offset.topicId().equals(Uuid.ZERO_UUID)) {
      out.writeUnsignedVarint(0);
    } else {
      out.writeUnsignedVarint(1);
      out.writeUnsignedVarint(TOPIC_ID_TAG);
      out.writeUnsignedVarint(2 * Long.BYTES);
      out.writeUuid(offset.topicId());
    }
  }

  private static CommittedOffset readOffset(ByteBuffer value) {
    Readable in = new ByteBufferAccessor(value);
    short version = in.readShort();
    boolean flexible = version >= OFFSET_FLEXIBLE;
    long offset = in.readLong();
    int leaderEpoch = version >= 3 ? in.readInt() : -1;
    String metadata = readString(in, flexible);
    long committedMs = in.readLong();
    long expiresMs = version == OFFSET_WITH_EXPIRY ? in.readLong() : CommittedOffset.NEVER;
    Uuid topicId = Uuid.ZERO_UUID;
    if (flexible) {
      for (int tags = in.readUnsignedVarint(); tags > 0; tags--) {
        int tag = in.readUnsignedVarint();
        int size = in.readUnsignedVarint();
        if (tag == TOPIC_ID_TAG) {
          topicId = in.readUuid();
        } else {
          in.readArray(size);
        }
      }
    }
    return new CommittedOffset(offset, leaderEpoch, metadata, committedMs, expiresMs, topicId);
  }

  private static void writeGroup(Writable out, GroupMetadata group) {
    out.writeShort(GROUP_VALUE);
    writeString(out, group.protocolType() == null ? "" : group.protocolType(), false);
    out.writeInt(group.generation());
    writeString(out, group.protocolName(), false);
    writeString(out, group.leader(), false);
    out.writeLong(group.stateSinceMs());
    out.writeInt(group.members().size());
    for (MemberMetadata member : group.members()) {
      writeString(out, member.memberId(), false);
      writeString(out, member.instanceId(), false);
      writeString(out, member.clientId(), false);
      writeString(out, member.clientHost(), false);
      out.writeInt(member.rebalanceTimeoutMs());
      out.writeInt(member.sessionTimeoutMs());
      writeBytes(out, member.subscription());
      writeBytes(out, member.assignment());
    }
  }

  private static GroupMetadata readGroup(ByteBuffer value) {
    Readable in = new ByteBufferAccessor(value);
    short version = in.readShort();
    boolean flexible = version >= GROUP_FLEXIBLE;
    String protocolType = readString(in, flexible);
    int generation = in.readInt();
    String protocol = readString(in, flexible);
    String leader = readString(in, flexible);
    long sinceMs = version >= 2 ? in.readLong() : -1;
    int count = flexible ? in.readUnsignedVarint() - 1 : in.readInt();
    List<MemberMetadata> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(readMember(in, version, flexible));
    }
    return new GroupMetadata(
        protocolType.isEmpty() ? null : protocolType,
        generation,
        protocol,
        leader,
        sinceMs,
        members);
  }

  private static MemberMetadata readMember(Readable in, short version, boolean flexible) {
    String id = readString(in, flexible);
    String instanceId = version >= 3 ? readString(in, flexible) : null;
    String clientId = readString(in, flexible);
    String clientHost = readString(in, flexible);
    int rebalanceTimeoutMs = version >= 1 ? in.readInt() : -1;
    int sessionTimeoutMs = in.readInt();
    byte[] subscription = readBytes(in, flexible);
    byte[] assignment = readBytes(in, flexible);
    if (flexible) {
      skipTags(in);
    }
    return new MemberMetadata(
        id,
        instanceId,
        clientId,
        clientHost,
        rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
        sessionTimeoutMs,
        subscription,
        assignment);
  }

  private static void skipTags(Readable in) {
    for (int tags = in.readUnsignedVarint(); tags > 0; tags--) {
      in.readUnsignedVarint();
      in.readArray(in.readUnsignedVarint());
    }
  }

  private static void writeString(Writable out, String string, boolean compact) {
    if (string == null) {
      out.writeShort((short) -1);
      return;
    }
    byte[] utf8 = string.getBytes(StandardCharsets.UTF_8);
    if (compact) {
      out.writeUnsignedVarint(utf8.length + 1);
    } else if (utf8.length <= Short.MAX_VALUE) {
      out.writeShort((short) utf8.length);
    } else {
      throw new IllegalArgumentException("A string of " + utf8.length + " bytes fits no record");
    }
    out.writeByteArray(utf8);
  }

  private static String readString(Readable in, boolean compact) {
    int length = compact ? in.readUnsignedVarint() - 1 : in.readShort();
    return length < 0 ? null : in.readString(length);
  }

  private static void writeBytes(Writable out, byte[] bytes) {
    out.writeInt(bytes.length);
    out.writeByteArray(bytes);
  }

  private static byte[] readBytes(Readable in, boolean compact) {
    int length = compact ? in.readUnsignedVarint() - 1 : in.readInt();
    return in.readArray(Math.max(length, 0));
  }

  private interface Body {
    void writeTo(Writable out);
  }

  private static ByteBuffer write(Body body) {
    GrowingBuffer out = new GrowingBuffer();
    body.writeTo(out);
    return out.written();
  }

  /** Grows as it is written to, so that no size has to be reckoned before. */
  private static final class GrowingBuffer implements Writable {
    private ByteBuffer buffer = ByteBuffer.allocate(128);

    ByteBuffer written() {
      return buffer.flip();
    }

    private ByteBuffer room(int bytes) {
      if (buffer.remaining() < bytes) {
        int wanted = Math.max(buffer.capacity() * 2, buffer.position() + bytes);
        buffer = ByteBuffer.allocate(wanted).put(buffer.flip());
      }
      return buffer;
    }

    @Override
    public void writeByte(byte val) {
      room(1).put(val);
    }

    @Override
    public void writeShort(short val) {
      room(Short.BYTES).putShort(val);
    }

    @Override
    public void writeInt(int val) {
      room(Integer.BYTES).putInt(val);
    }

    @Override
    public void writeLong(long val) {
      room(Long.BYTES).putLong(val);
    }

    @Override
    public void writeDouble(double val) {
      room(Double.BYTES).putDouble(val);
    }

    @Override
    public void writeByteArray(byte[] arr) {
      room(arr.length).put(arr);
    }

    @Override
    public void writeUnsignedVarint(int i) {
      ByteUtils.writeUnsignedVarint(i, room(5));
    }

    @Override
    public void writeByteBuffer(ByteBuffer buf) {
      room(buf.remaining()).put(buf.duplicate());
    }

    @Override
    public void writeVarint(int i) {
      ByteUtils.writeVarint(i, room(5));
    }

    @Override
    public void writeVarlong(long i) {
      ByteUtils.writeVarlong(i, room(10));
    }
  }
}
