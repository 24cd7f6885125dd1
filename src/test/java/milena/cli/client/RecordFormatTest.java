package milena.cli.client;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.Assert;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** How records are shown, and read back from lines. */
public class RecordFormatTest extends JUnitSuite {
  private static final byte[] NO_TEXT = {(byte) 0xff, 0, 1};

  @Test
  public void templatesShowTheParts() {
    ConsumerRecord<byte[], byte[]> record = record(bytes("k"), bytes("v"));
    assertEquals("v", RecordFormat.parse("value").line(record));
    assertEquals(
        "orders\t2@17 k=v 100%", RecordFormat.parse("%t\\t%p@%o %k=%v 100%%").line(record));
    assertEquals("1970-01-01T00:00:01Z h=x", RecordFormat.parse("%T %h").line(record));
    Assert.assertThrows(Complaint.class, () -> RecordFormat.parse("%x"));
    Assert.assertThrows(Complaint.class, () -> RecordFormat.parse("%"));
    Assert.assertThrows(Complaint.class, () -> RecordFormat.parse("pretty"));
  }

  @Test
  public void whatIsNoTextIsShownAllTheSame() {
    assertEquals("base64:/wAB", RecordFormat.parse("%v").line(record(null, NO_TEXT)));
    assertEquals("", RecordFormat.parse("value").line(record(bytes("k"), null)));
  }

  @Test
  public void jsonGoesThereAndBack() {
    RecordFormat json = RecordFormat.parse("json");
    InputRecord input = InputRecord.json("copy", null, List.of());
    for (byte[] value : new byte[][] {bytes("{\"a\":1}"), NO_TEXT, null}) {
      ConsumerRecord<byte[], byte[]> out = record(bytes("ü"), value);
      ProducerRecord<byte[], byte[]> in = input.of(json.line(out));
      assertEquals("copy", in.topic());
      assertNull(in.partition());
      assertEquals((Long) 1000L, in.timestamp());
      assertArrayEquals(out.key(), in.key());
      assertArrayEquals(value, in.value());
      assertEquals(out.headers(), in.headers());
    }
    Assert.assertThrows(Complaint.class, () -> input.of("no json"));
    Assert.assertThrows(Complaint.class, () -> input.of("[]"));
    Assert.assertThrows(Complaint.class, () -> input.of("{\"value_base64\":\"!\"}"));
  }

  @Test
  public void linesHaveKeysWhenASeparatorSaysSo() {
    InputRecord plain = InputRecord.lines("t", 3, "all", null, List.of());
    assertArrayEquals(bytes("all"), plain.of("a:b").key());
    assertEquals((Integer) 3, plain.of("a:b").partition());
    InputRecord split = InputRecord.lines("t", null, null, ":", List.of());
    assertArrayEquals(bytes("a"), split.of("a:b:c").key());
    assertArrayEquals(bytes("b:c"), split.of("a:b:c").value());
    Assert.assertThrows(Complaint.class, () -> split.of("ab"));
  }

  private static ConsumerRecord<byte[], byte[]> record(byte[] key, byte[] value) {
    return new ConsumerRecord<>(
        "orders",
        2,
        17,
        1000,
        TimestampType.CREATE_TIME,
        -1,
        -1,
        key,
        value,
        new RecordHeaders(List.of(new RecordHeader("h", bytes("x")))),
        Optional.empty());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
