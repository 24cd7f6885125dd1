package milena.metadata;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;

/** Reads what {@link ByteWriter} wrote. */
final class ByteReader {
  private final ByteBuffer bytes;
  private final List<Uuid> ids = new ArrayList<>();

  ByteReader(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  boolean isAtEnd() {
    return !bytes.hasRemaining();
  }

  byte readByte() {
    return bytes.get();
  }

  boolean readBoolean() {
    return bytes.get() != 0;
  }

  long readNumber() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = bytes.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new IllegalArgumentException("A number of more than 64 bits");
  }

  int readInt() {
    return Math.toIntExact(readNumber());
  }

  long readLong() {
    return bytes.getLong();
  }

  String readText() {
    byte[] encoded = new byte[readSize()];
    bytes.get(encoded);
    return new String(encoded, StandardCharsets.UTF_8);
  }

  Uuid readId() {
    int place = readInt();
    if (place > 0) {
      return ids.get(place - 1);
    }
    Uuid id = new Uuid(bytes.getLong(), bytes.getLong());
    ids.add(id);
    return id;
  }

  List<Integer> readNumbers() {
    return readEach(this::readInt);
  }

  <T> List<T> readEach(Supplier<T> read) {
    int count = readSize();
    List<T> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      items.add(read.get());
    }
    return items;
  }

  Map<String, String> readTexts() {
    int count = readSize();
    Map<String, String> texts = new HashMap<>();
    for (int i = 0; i < count; i++) {
      String name = readText();
      texts.put(name, readText());
    }
    return texts;
  }

  /** A count or a length, which can't be more than the bytes that are left. */
  private int readSize() {
    int size = readInt();
    if (size < 0 || size > bytes.remaining()) {
      throw new IllegalArgumentException(
          "A size of %d with %d bytes left".formatted(size, bytes.remaining()));
    }
    return size;
  }
}
