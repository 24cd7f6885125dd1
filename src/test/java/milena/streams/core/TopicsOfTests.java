package milena.streams.core;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;

/** Topics as assignors see them. */
final class TopicsOfTests {
  private TopicsOfTests() {}

  static Cluster cluster(String topic, int partitions) {
    Node[] none = {};
    List<PartitionInfo> all =
        IntStream.range(0, partitions)
            .mapToObj(i -> new PartitionInfo(topic, i, Node.noNode(), none, none))
            .toList();
    return new Cluster(null, List.of(), all, Set.of(), Set.of());
  }
}
