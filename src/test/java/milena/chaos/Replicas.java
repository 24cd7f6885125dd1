package milena.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/** Asks how the replicas of some partitions stand. */
final class Replicas {
  private final Admin admin;
  private final List<String> topics;

  Replicas(Admin admin, List<TopicPartition> partitions) {
    this.admin = admin;
    this.topics = partitions.stream().map(TopicPartition::topic).distinct().toList();
  }

  /** Whether each partition has a leader, and all its replicas in sync. */
  boolean areTogether() {
    return apart().isEmpty();
  }

  /** What is missing. */
  List<String> apart() {
    try {
      List<String> apart = new ArrayList<>();
      described()
          .forEach(
              (name, topic) ->
                  topic.partitions().stream()
                      .filter(p -> p.isr().size() < p.replicas().size() || p.leader() == null)
                      .forEach(p -> apart.add(name + " " + p)));
      return apart;
    } catch (ExecutionException | TimeoutException e) {
      return List.of("nobody tells: " + e);
    }
  }

  /** Whether each partition has a leader, and so many replicas, all of them in sync. */
  boolean areTogether(int count) {
    try {
      return described().values().stream()
          .flatMap(topic -> topic.partitions().stream())
          .allMatch(
              p -> p.leader() != null && p.isr().size() == count && p.replicas().size() == count);
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  private Map<String, TopicDescription> described() throws ExecutionException, TimeoutException {
    try {
      return admin.describeTopics(topics).allTopicNames().get(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
