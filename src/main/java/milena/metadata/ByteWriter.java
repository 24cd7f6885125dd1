package milena.metadata;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;

/**
 * Writes the parts that metadata is made of. Numbers are zig-zag variable-length, strings UTF-8
 * behind their length. An id is written once: a zero and its 16 bytes; each later mention is its
 * place among the ids before it, since a commit names the same topics and directories thousands of
 * times.
 */
final class ByteWriter {
  private final Map<Uuid, Integer> ids = new HashMap<>();
  private byte[] bytes = new byte[256];
  private int size;

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  void writeByte(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
  }

  void writeBoolean(boolean value) {
    writeByte(value ? 1 : 0);
  }

  void writeNumber(long value) {
    reserve(10);
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7FL) != 0) {
      bytes[size++] = (byte) (rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  void writeLong(long value) {
    reserve(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[size++] = (byte) (value >> shift);
    }
  }

  void writeText(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    writeNumber(encoded.length);
    reserve(encoded.length);
    System.arraycopy(encoded, 0, bytes, size, encoded.length);
    size += encoded.length;
  }

  void writeId(Uuid id) {
    Integer place = ids.putIfAbsent(id, ids.size() + 1);
    writeNumber(place == null ? 0 : place);
    if (place == null) {
      writeLong(id.getMostSignificantBits());
      writeLong(id.getLeastSignificantBits());
    }
  }

  void writeNumbers(List<Integer> numbers) {
    writeEach(numbers, number -> writeNumber(number));
  }

  <T> void writeEach(Collection<T> items, Consumer<? super T> write) {
    writeNumber(items.size());
    items.forEach(write);
  }

  void writeTexts(Map<String, String> texts) {
    writeNumber(texts.size());
    texts.forEach(
        (name, value) -> {
          writeText(name);
          writeText(value);
        });
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
