package milena.chaos;

import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;

/** Finds out by asking who leads. */
final class Aiming implements Faults.Aim {
  private final Admin admin;
  private final List<TopicPartition> partitions;
  private final Random random;

  Aiming(Admin admin, List<TopicPartition> partitions, Random random) {
    this.admin = admin;
    this.partitions = partitions;
    this.random = random;
  }

  @Override
  public int quorumLeader() {
    return ask(
        () -> admin.describeMetadataQuorum().quorumInfo().get(3, TimeUnit.SECONDS).leaderId());
  }

  @Override
  public int somePartitionLeader() {
    TopicPartition some = partitions.get(random.nextInt(partitions.size()));
    return ask(
        () -> {
          Node leader =
              admin
                  .describeTopics(List.of(some.topic()))
                  .allTopicNames()
                  .get(3, TimeUnit.SECONDS)
                  .get(some.topic())
                  .partitions()
                  .get(some.partition())
                  .leader();
          return leader == null ? -1 : leader.id();
        });
  }

  private interface Question {
    int ask() throws ExecutionException, InterruptedException, TimeoutException;
  }

  private static int ask(Question question) {
    try {
      return question.ask();
    } catch (ExecutionException | TimeoutException e) {
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }
}
