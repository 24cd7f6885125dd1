import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes a hundred records and reads those of all three, with Apache Kafka's client. */
final class Polyglot {
  public static void main(String[] arguments) {
    String broker = arguments[0];
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker), new StringSerializer(), new StringSerializer())) {
      for (int n = 0; n < 100; n++) {
        producer.send(new ProducerRecord<>("shared", "java-" + n, "java"));
      }
    }
    Map<String, Integer> seen = new TreeMap<>();
    int count = 0;
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", broker, "group.id", "java", "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.subscribe(List.of("shared"));
      long deadline = System.nanoTime() + Duration.ofSeconds(180).toNanos();
      while (count < 300 && System.nanoTime() < deadline) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          seen.merge(record.value(), 1, Integer::sum);
          count++;
        }
      }
    }
    System.out.println("java has read " + seen);
    System.exit(count == 300 ? 0 : 1);
  }
}
