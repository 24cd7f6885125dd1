package milena.streams.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Topics as Kafka's assignors want to see them. */
final class TopicsDescribed {
  private static final Node[] NONE = {};

  private TopicsDescribed() {}

  /** Asks about these topics; those that don't exist are left out. */
  static CompletableFuture<Cluster> by(TopicDirectory directory, Collection<String> names) {
    List<CompletableFuture<Topic>> asked = new ArrayList<>();
    for (String name : names) {
      asked.add(
          directory
              .renew(name)
              .handle(
                  (found, failure) -> {
                    boolean isMissing =
                        failure != null
                            && Calls.cause(failure) instanceof UnknownTopicOrPartitionException;
                    if (failure != null && !isMissing) {
                      throw Calls.cause(failure);
                    }
                    return found;
                  })
              .toCompletableFuture());
    }
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(
            all -> {
              List<PartitionInfo> partitions = new ArrayList<>();
              for (CompletableFuture<Topic> each : asked) {
                Topic topic = each.join();
                for (int i = 0; topic != null && i < topic.partitions(); i++) {
                  partitions.add(new PartitionInfo(topic.name(), i, Node.noNode(), NONE, NONE));
                }
              }
              return new Cluster(null, List.of(), partitions, Set.of(), Set.of());
            });
  }

  /** How many partitions each topic has. */
  static Map<String, Integer> sizes(Cluster cluster) {
    Map<String, Integer> sizes = new HashMap<>();
    cluster.topics().forEach(topic -> sizes.put(topic, cluster.partitionCountForTopic(topic)));
    return sizes;
  }
}
