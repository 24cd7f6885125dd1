package milena.it;

import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/** How much a partition takes on disk, as the broker tells it. */
final class LogSizes {
  private LogSizes() {}

  static long of(Admin admin, TopicPartition partition) throws Exception {
    int broker = admin.describeCluster().nodes().get().iterator().next().id();
    var directories = admin.describeLogDirs(List.of(broker)).allDescriptions().get().get(broker);
    return directories.values().stream()
        .filter(d -> d.replicaInfos().containsKey(partition))
        .mapToLong(d -> d.replicaInfos().get(partition).size())
        .findFirst()
        .orElseThrow(() -> new AssertionError(partition + " is in no log directory"));
  }
}
