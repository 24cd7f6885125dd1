package milena.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reading with the stock consumer: the two ways that nearly every test needs. */
final class Read {
  private static final Duration POLL = Duration.ofMillis(100);

  private Read() {}

  /** Polls until it has {@code count} records; fails if there are more in the last poll. */
  static <K, V> List<ConsumerRecord<K, V>> exactly(int count, Consumer<K, V> consumer) {
    List<ConsumerRecord<K, V>> records = new ArrayList<>();
    Await.until(
        "the consumer has been given " + count + " records",
        () -> {
          consumer.poll(POLL).forEach(records::add);
          return records.size() >= count;
        });
    if (records.size() > count) {
      throw new AssertionError("Expected " + count + " records, got " + records.size());
    }
    return records;
  }

  /** Reads the partitions from their first to their last record of now. */
  static <K, V> List<ConsumerRecord<K, V>> all(Consumer<K, V> consumer, TopicPartition... of) {
    List<TopicPartition> partitions = Arrays.asList(of);
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    List<ConsumerRecord<K, V>> records = new ArrayList<>();
    var ends = consumer.endOffsets(partitions);
    Await.until(
        "the consumer has reached " + ends,
        () -> {
          consumer.poll(POLL).forEach(records::add);
          return partitions.stream().allMatch(p -> consumer.position(p) >= ends.get(p));
        });
    return records;
  }

  /** The partitions 0 to {@code count}-1 of a topic. */
  static TopicPartition[] partitions(String topic, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new TopicPartition(topic, i))
        .toArray(TopicPartition[]::new);
  }

  static <K, V> List<V> values(List<ConsumerRecord<K, V>> records) {
    return records.stream().map(ConsumerRecord::value).toList();
  }
}
