package milena.it;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A member of a consumer group as a process of its own, which can so be stopped, killed and paused
 * like one. It reads, commits after every poll, and says what happens to it, a line each:
 *
 * <pre>
 * owns GENERATION PARTITION,PARTITION,...
 * read GENERATION PARTITION OFFSET
 * committed GENERATION PARTITION OFFSET
 * </pre>
 */
final class GroupMember {
  private GroupMember() {}

  /** Arguments: the topic, then consumer settings as {@code name=value}. */
  public static void main(String[] arguments) throws Exception {
    Map<String, Object> config = new HashMap<>();
    for (String setting : List.of(arguments).subList(1, arguments.length)) {
      String[] nameAndValue = setting.split("=", 2);
      config.put(nameAndValue[0], nameAndValue[1]);
    }
    var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  consumer.wakeup();
                  awaitQuietly(closed);
                }));
    try (consumer) {
      consumer.subscribe(List.of(arguments[0]), new Announcer(consumer));
      while (true) {
        readAndCommit(consumer);
      }
    } catch (WakeupException e) {
      say("left");
    } finally {
      closed.countDown();
    }
  }

  private static void readAndCommit(KafkaConsumer<String, String> consumer) {
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    var records = consumer.poll(Duration.ofMillis(50));
    int generation = consumer.groupMetadata().generationId();
    for (var record : records) {
      say("read " + generation + " " + record.partition() + " " + record.offset());
      positions.put(
          new TopicPartition(record.topic(), record.partition()),
          new OffsetAndMetadata(record.offset() + 1));
    }
    if (positions.isEmpty()) {
      return;
    }
    try {
      consumer.commitSync(positions);
      positions.forEach(
          (p, o) -> say("committed " + generation + " " + p.partition() + " " + o.offset()));
    } catch (CommitFailedException | RebalanceInProgressException e) {
      say("refused " + generation);
    }
  }

  private static void awaitQuietly(CountDownLatch closed) {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
  }

  /** Tells of the whole assignment whenever a part of it was given. */
  private record Announcer(KafkaConsumer<String, String> consumer)
      implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
      String partitions =
          consumer.assignment().stream()
              .map(p -> String.valueOf(p.partition()))
              .sorted()
              .collect(Collectors.joining(","));
      say("owns " + consumer.groupMetadata().generationId() + " " + partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      say("revoked " + partitions.size());
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      say("lost " + partitions.size());
    }
  }
}
