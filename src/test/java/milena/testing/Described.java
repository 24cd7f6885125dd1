package milena.testing;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What brokers say of a partition. */
public final class Described {
  private static final Duration KNOWN_WITHIN = Duration.ofMinutes(3);
  private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

  private Described() {}

  /**
   * The partition as the broker that the client happens to ask knows it. That one may not have
   * heard yet of a topic that was just made, with Apache Kafka as well: this waits until it has.
   */
  public static TopicPartitionInfo partition(Admin admin, TopicPartition partition)
      throws Exception {
    long deadline = System.nanoTime() + KNOWN_WITHIN.toNanos();
    while (true) {
      try {
        return admin
            .describeTopics(List.of(partition.topic()))
            .allTopicNames()
            .get(KNOWN_WITHIN.toSeconds(), TimeUnit.SECONDS)
            .get(partition.topic())
            .partitions()
            .get(partition.partition());
      } catch (ExecutionException e) {
        boolean unknown = e.getCause() instanceof UnknownTopicOrPartitionException;
        if (!unknown || System.nanoTime() > deadline) {
          throw e;
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
