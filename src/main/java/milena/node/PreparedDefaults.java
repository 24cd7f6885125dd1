package milena.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValueFactory;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Milena's defaults and those of its libraries as a build has read them: their text takes a tenth
 * of a start to read, thousands of lines of it comments, and to find it every jar of the class path
 * is opened. The system property {@value #FILE_PROPERTY} names the file; without it, as in a
 * program that embeds a node, the text is read.
 *
 * <pre>
 * file   := value (Milena's) value (the libraries')
 * value  := 0 | 1 string | 2 boolean | 3 int | 4 long | 5 double
 *         | 6 count value* (a list) | 7 count (string value)* (an object)
 * string := length, bytes in UTF-8                   (numbers as java.io.DataOutput writes them)
 * </pre>
 *
 * @param own everything under {@code milena}
 * @param libraries what the {@code reference.conf} of all libraries say
 */
record PreparedDefaults(Config own, Config libraries) {
  static final String FILE_PROPERTY = "milena.defaults";

  private enum Tag {
    NULL,
    STRING,
    BOOLEAN,
    INT,
    LONG,
    DOUBLE,
    LIST,
    OBJECT;

    static final List<Tag> ALL = List.of(values());
  }

  /** Read once; who asks meanwhile waits. */
  private static final class Present {
    static final Optional<PreparedDefaults> DEFAULTS = read(System.getProperty(FILE_PROPERTY));
  }

  /** Those of this process, if it was given any. */
  static Optional<PreparedDefaults> present() {
    return Present.DEFAULTS;
  }

  private static Optional<PreparedDefaults> read(String file) {
    if (file == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(read(Path.of(file)));
    } catch (IOException e) {
      throw new CannotStart("The file " + file + " that the build has left can't be read.", e);
    }
  }

  /** Reads what {@link #write} has written. */
  static PreparedDefaults read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file));
    return new PreparedDefaults(config(in, "milena"), config(in, "libraries"));
  }

  private static Config config(ByteBuffer in, String whose) {
    Map<?, ?> values = (Map<?, ?>) value(in);
    return values.isEmpty()
        ? ConfigFactory.empty()
        : ((ConfigObject) ConfigValueFactory.fromAnyRef(values, "defaults of " + whose)).toConfig();
  }

  private static Object value(ByteBuffer in) {
    return switch (Tag.ALL.get(in.get())) {
      case NULL -> null;
      case STRING -> string(in);
      case BOOLEAN -> in.get() != 0;
      case INT -> in.getInt();
      case LONG -> in.getLong();
      case DOUBLE -> in.getDouble();
      case LIST -> {
        int count = in.getInt();
        List<Object> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          values.add(value(in));
        }
        yield values;
      }
      case OBJECT -> {
        int count = in.getInt();
        Map<String, Object> values = new LinkedHashMap<>(2 * count);
        for (int i = 0; i < count; i++) {
          values.put(string(in), value(in));
        }
        yield values;
      }
    };
  }

  private static String string(ByteBuffer in) {
    int length = in.getInt();
    String text = new String(in.array(), in.position(), length, StandardCharsets.UTF_8);
    in.position(in.position() + length);
    return text;
  }

  /** Writes what is given here; for the build. */
  void write(Path file) throws IOException {
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      write(out, own.root().unwrapped());
      write(out, libraries.root().unwrapped());
    }
  }

  private static void write(DataOutputStream out, Object value) throws IOException {
    if (value == null) {
      out.writeByte(Tag.NULL.ordinal());
    } else if (value instanceof String text) {
      out.writeByte(Tag.STRING.ordinal());
      writeString(out, text);
    } else if (value instanceof Boolean bit) {
      out.writeByte(Tag.BOOLEAN.ordinal());
      out.writeBoolean(bit);
    } else if (value instanceof Integer number) {
      out.writeByte(Tag.INT.ordinal());
      out.writeInt(number);
    } else if (value instanceof Long number) {
      out.writeByte(Tag.LONG.ordinal());
      out.writeLong(number);
    } else if (value instanceof Number number) {
      out.writeByte(Tag.DOUBLE.ordinal());
      out.writeDouble(number.doubleValue());
    } else if (value instanceof List<?> list) {
      out.writeByte(Tag.LIST.ordinal());
      out.writeInt(list.size());
      for (Object each : list) {
        write(out, each);
      }
    } else if (value instanceof Map<?, ?> map) {
      out.writeByte(Tag.OBJECT.ordinal());
      out.writeInt(map.size());
      for (Map.Entry<?, ?> each : map.entrySet()) {
        writeString(out, (String) each.getKey());
        write(out, each.getValue());
      }
    } else {
      throw new IllegalArgumentException("Not a value of a configuration: " + value);
    }
  }

  private static void writeString(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
