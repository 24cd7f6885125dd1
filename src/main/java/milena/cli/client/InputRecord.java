package milena.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Makes a record of a line. */
interface InputRecord {

  ProducerRecord<byte[], byte[]> of(String line);

  /**
   * Lines are values, or keys and values.
   *
   * @param partition null: by the key, else any
   * @param key the key of all; null: none, unless {@code separator} is there
   * @param separator what stands between a line's key and value; null: the line is the value
   */
  static InputRecord lines(
      String topic, Integer partition, String key, String separator, List<Header> headers) {
    return line -> {
      String ownKey = key;
      String value = line;
      if (separator != null) {
        int at = line.indexOf(separator);
        if (at < 0) {
          throw new Complaint("There is no '" + separator + "' in the line '" + line + "'.");
        }
        ownKey = line.substring(0, at);
        value = line.substring(at + separator.length());
      }
      return new ProducerRecord<>(topic, partition, bytes(ownKey), bytes(value), headers);
    };
  }

  /**
   * Lines are JSON objects as {@code milena consume --format json} prints them. Their topic,
   * partition and offset are where they came from, not where they go.
   */
  static InputRecord json(String topic, Integer partition, List<Header> headers) {
    return line -> {
      JsonNode node = Json.read(line, "The line '" + line + "'");
      List<Header> all = new ArrayList<>(headers);
      node.path("headers")
          .forEach(h -> all.add(new RecordHeader(h.path("name").asText(), bytes(h, "value"))));
      return new ProducerRecord<>(
          topic,
          partition,
          node.path("timestamp").isIntegralNumber() ? node.path("timestamp").asLong() : null,
          bytes(node, "key"),
          bytes(node, "value"),
          all);
    };
  }

  private static byte[] bytes(JsonNode node, String name) {
    if (node.hasNonNull(name + "_base64")) {
      try {
        return Base64.getDecoder().decode(node.get(name + "_base64").asText());
      } catch (IllegalArgumentException e) {
        throw new Complaint("The " + name + " in '" + node + "' is no base64.");
      }
    }
    JsonNode value = node.get(name);
    if (value == null || value.isNull()) {
      return null;
    }
    return bytes(value.isTextual() ? value.asText() : value.toString());
  }

  private static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }
}
