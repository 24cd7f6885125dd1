package milena.group;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import milena.group.message.CommittedOffset;
import milena.group.message.GroupEvent;
import milena.group.message.GroupEvent.GroupRemoved;
import milena.group.message.GroupEvent.MembershipStored;
import milena.group.message.GroupEvent.OffsetRemoved;
import milena.group.message.GroupEvent.OffsetStored;
import milena.group.message.GroupMetadata;
import milena.group.message.GroupMetadata.MemberMetadata;
import org.apache.kafka.common.Uuid;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** The records against bytes that Apache Kafka 4.3.1's own codecs wrote. */
public class GroupRecordsTest extends JUnitSuite {
  private static final String OFFSET_KEY = "000100026731000674c3b370696300000007";
  private static final String GROUP_KEY = "000200026731";
  private static final long THEN_MS = 1_700_000_000_123L;
  private static final CommittedOffset OFFSET =
      new CommittedOffset(42, 3, "méta", THEN_MS, CommittedOffset.NEVER, Uuid.ZERO_UUID);
  private static final String OFFSET_3 =
      "0003000000000000002a0000000300056dc3a974610000018bcfe5687b";
  private static final String OFFSET_4 =
      "0004000000000000002a00000003066dc3a974610000018bcfe5687b00";
  private static final String OFFSET_4_WITH_TOPIC_ID =
      "0004000000000000002a00000003066dc3a974610000018bcfe5687b0100100000000000000001"
          + "0000000000000002";
  private static final String OFFSET_1 =
      "0001000000000000002a00056dc3a974610000018bcfe5687b0000018bcfe56be7";
  private static final String GROUP_3 =
      "00030008636f6e73756d657200000005000572616e676500026d310000018bcfe5687b0000000200026d31"
          + "ffff000163000a2f3132372e302e302e31000493e00000afc8000000020102000000010300026d32"
          + "00026932000163000a2f3132372e302e302e3100000001000000020000000000000000";
  private static final String GROUP_4 =
      "000409636f6e73756d6572000000050672616e6765036d310000018bcfe5687b03036d310002630b2f3132"
          + "372e302e302e31000493e00000afc8030102020300036d3203693202630b2f3132372e302e302e31"
          + "000000010000000201010000";
  private static final String GROUP_EMPTY = "0003000000000001ffffffff000000000000000900000000";

  @Test
  public void writesOffsetsAsKafkaDoes() {
    GroupEvent stored = new OffsetStored("tópic", 7, OFFSET);
    assertEquals(OFFSET_KEY, hex(GroupRecords.key("g1", stored)));
    assertEquals(OFFSET_4, hex(GroupRecords.value(stored)));
    assertEquals(
        OFFSET_4_WITH_TOPIC_ID,
        hex(GroupRecords.value(new OffsetStored("tópic", 7, withTopicId(new Uuid(1, 2))))));
    CommittedOffset expiring =
        new CommittedOffset(42, -1, "méta", THEN_MS, 1_700_000_000_999L, Uuid.ZERO_UUID);
    assertEquals(OFFSET_1, hex(GroupRecords.value(new OffsetStored("tópic", 7, expiring))));
    assertEquals(OFFSET_KEY, hex(GroupRecords.key("g1", new OffsetRemoved("tópic", 7))));
    assertNull(GroupRecords.value(new OffsetRemoved("tópic", 7)));
  }

  @Test
  public void readsEveryVersionOfOffsets() {
    GroupEvent stored = new OffsetStored("tópic", 7, OFFSET);
    assertEquals(stored, read(OFFSET_KEY, OFFSET_3));
    assertEquals(stored, read(OFFSET_KEY, OFFSET_4));
    assertEquals(
        new OffsetStored("tópic", 7, withTopicId(new Uuid(1, 2))),
        read(OFFSET_KEY, OFFSET_4_WITH_TOPIC_ID));
    assertEquals(
        new OffsetStored(
            "tópic",
            7,
            new CommittedOffset(42, -1, "méta", THEN_MS, 1_700_000_000_999L, Uuid.ZERO_UUID)),
        read(OFFSET_KEY, OFFSET_1));
    assertEquals(new OffsetRemoved("tópic", 7), read(OFFSET_KEY, null));
  }

  @Test
  public void writesGroupsAsKafkaDoes() {
    GroupEvent stored = new MembershipStored(group());
    assertEquals(GROUP_KEY, hex(GroupRecords.key("g1", stored)));
    assertEquals(GROUP_3, hex(GroupRecords.value(stored)));
    GroupMetadata empty = new GroupMetadata(null, 1, null, null, 9, List.of());
    assertEquals(GROUP_EMPTY, hex(GroupRecords.value(new MembershipStored(empty))));
    assertNull(GroupRecords.value(new GroupRemoved()));
  }

  @Test
  public void readsEveryVersionOfGroups() {
    for (String version : List.of(GROUP_3, GROUP_4)) {
      GroupMetadata read = ((MembershipStored) read(GROUP_KEY, version)).metadata();
      assertEquals(5, read.generation());
      assertEquals("m1", read.leader());
      assertEquals(THEN_MS, read.stateSinceMs());
      MemberMetadata first = read.members().get(0);
      assertEquals(45_000, first.sessionTimeoutMs());
      assertNull(first.instanceId());
      assertArrayEquals(new byte[] {1, 2}, first.subscription());
      assertArrayEquals(new byte[] {3}, first.assignment());
      assertEquals("i2", read.members().get(1).instanceId());
    }
    assertEquals(
        new MembershipStored(new GroupMetadata(null, 1, null, null, 9, List.of())),
        read(GROUP_KEY, GROUP_EMPTY));
    assertEquals(new GroupRemoved(), read(GROUP_KEY, null));
  }

  @Test
  public void passesOverRecordsOfOtherProtocols() {
    assertTrue(GroupRecords.read(bytes("0003000267310000"), null).isEmpty());
  }

  private static CommittedOffset withTopicId(Uuid topicId) {
    return new CommittedOffset(42, 3, "méta", THEN_MS, CommittedOffset.NEVER, topicId);
  }

  private static GroupMetadata group() {
    return new GroupMetadata(
        "consumer",
        5,
        "range",
        "m1",
        THEN_MS,
        List.of(
            new MemberMetadata(
                "m1", null, "c", "/127.0.0.1", 300_000, 45_000, new byte[] {1, 2}, new byte[] {3}),
            new MemberMetadata("m2", "i2", "c", "/127.0.0.1", 1, 2, new byte[0], new byte[0])));
  }

  private static GroupEvent read(String key, String value) {
    GroupRecords.Read read =
        GroupRecords.read(bytes(key), value == null ? null : bytes(value)).orElseThrow();
    assertEquals("g1", read.groupId());
    return read.event();
  }

  private static ByteBuffer bytes(String hex) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
  }

  private static String hex(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
