package milena.cli.client;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** How a record is shown on a line. Bytes that are no UTF-8 are shown as {@code base64:...}. */
interface RecordFormat {
  /** For a usage text, where a percent sign is written twice. */
  String SYNTAX =
      "value, full, json, or a template of %%t topic, %%p partition, %%o offset, %%T time, %%k key,"
          + " %%v value, %%h headers, %%%% and \\t \\n";

  /** The line, without its end. */
  String line(ConsumerRecord<byte[], byte[]> record);

  /**
   * @throws Complaint when it is none of {@link #SYNTAX}
   */
  static RecordFormat parse(String text) {
    return switch (text) {
      case "value" -> record -> text(record.value());
      case "full" -> template("%t-%p@%o  %T  %k  %v  %h");
      case "json" -> record -> Json.line(asMap(record));
      default -> {
        if (text.indexOf('%') < 0) {
          throw new Complaint("'" + text + "' is no format. It can be " + spoken() + ".");
        }
        yield template(text);
      }
    };
  }

  private static String spoken() {
    return SYNTAX.replace("%%", "%");
  }

  private static RecordFormat template(String template) {
    String plain = template.replace("\\t", "\t").replace("\\n", "\n");
    for (int i = plain.indexOf('%'); i >= 0; i = plain.indexOf('%', i + 2)) {
      if (i + 1 == plain.length() || "tpoTkvh%".indexOf(plain.charAt(i + 1)) < 0) {
        throw new Complaint(
            "A template can't have '" + plain.substring(i) + "': it is " + spoken());
      }
    }
    return record -> {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < plain.length(); i++) {
        char c = plain.charAt(i);
        line.append(c == '%' ? part(plain.charAt(++i), record) : String.valueOf(c));
      }
      return line.toString();
    };
  }

  private static String part(char which, ConsumerRecord<byte[], byte[]> record) {
    return switch (which) {
      case 't' -> record.topic();
      case 'p' -> Integer.toString(record.partition());
      case 'o' -> Long.toString(record.offset());
      case 'T' -> Instant.ofEpochMilli(record.timestamp()).toString();
      case 'k' -> text(record.key());
      case 'v' -> text(record.value());
      case 'h' -> headers(record.headers());
      default -> "%";
    };
  }

  private static String headers(Headers headers) {
    StringJoiner all = new StringJoiner(",");
    headers.forEach(h -> all.add(h.key() + "=" + text(h.value())));
    return all.toString();
  }

  private static String text(byte[] bytes) {
    if (bytes == null) {
      return "";
    }
    CharBuffer text = utf8(bytes);
    return text == null ? "base64:" + Base64.getEncoder().encodeToString(bytes) : text.toString();
  }

  /** As {@link InputRecord} reads it back. */
  private static Map<String, Object> asMap(ConsumerRecord<byte[], byte[]> record) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("topic", record.topic());
    map.put("partition", record.partition());
    map.put("offset", record.offset());
    map.put("timestamp", record.timestamp());
    map.put("timestamp_type", record.timestampType().toString().toLowerCase(Locale.ROOT));
    put(map, "key", record.key());
    put(map, "value", record.value());
    List<Map<String, Object>> headers = new java.util.ArrayList<>();
    for (Header header : record.headers()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("name", header.key());
      put(one, "value", header.value());
      headers.add(one);
    }
    map.put("headers", headers);
    return map;
  }

  private static void put(Map<String, Object> map, String name, byte[] bytes) {
    CharBuffer text = bytes == null ? null : utf8(bytes);
    if (bytes != null && text == null) {
      map.put(name + "_base64", Base64.getEncoder().encodeToString(bytes));
    } else {
      map.put(name, text == null ? null : text.toString());
    }
  }

  private static CharBuffer utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
