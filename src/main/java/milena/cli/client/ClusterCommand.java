package milena.cli.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import picocli.CommandLine.Command;

/** The cluster as a whole. */
@Command(
    name = "cluster",
    description = "Shows the cluster's nodes, its quorum, and whether all is well.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    synopsisSubcommandLabel = "(nodes | quorum | health)",
    subcommands = {
      ClusterCommand.Nodes.class,
      ClusterCommand.Quorum.class,
      ClusterCommand.Health.class
    })
public final class ClusterCommand extends ClusterCommandGroup {

  @Command(
      name = "nodes",
      description = "Lists the brokers, with the leaders and replicas of each.")
  static final class Nodes extends ClientCommand {
    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        DescribeClusterResult cluster = describe(admin);
        Collection<TopicDescription> topics = topics(admin);
        Rows rows =
            new Rows("node", "address", "rack", "controller", "leaders", "replicas", "state");
        Node controller = cluster.controller().get();
        cluster.nodes().get().stream()
            .sorted(Comparator.comparingInt(Node::id))
            .forEach(
                node ->
                    rows.add(
                        node.id(),
                        node.host() + ":" + node.port(),
                        node.rack(),
                        controller != null && controller.id() == node.id() ? "yes" : "",
                        count(topics, p -> p.leader() != null && p.leader().id() == node.id()),
                        count(
                            topics, p -> p.replicas().stream().anyMatch(r -> r.id() == node.id())),
                        node.isFenced() ? "fenced" : "up"));
        if (json) {
          Map<String, Object> answer = new LinkedHashMap<>();
          answer.put("cluster", cluster.clusterId().get());
          answer.put("nodes", rows.asMaps());
          showJson(answer);
        } else {
          out().println("cluster " + cluster.clusterId().get());
          rows.print(out());
        }
        return 0;
      }
    }

    private static long count(
        Collection<TopicDescription> topics,
        java.util.function.Predicate<TopicPartitionInfo> which) {
      return topics.stream().flatMap(t -> t.partitions().stream()).filter(which).count();
    }
  }

  @Command(
      name = "quorum",
      description = "Shows the controllers and how far each has the metadata.")
  static final class Quorum extends ClientCommand {
    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        QuorumInfo quorum = admin.describeMetadataQuorum().quorumInfo().get();
        Rows rows = new Rows("node", "role", "log_end", "lag");
        long end =
            quorum.voters().stream()
                .mapToLong(QuorumInfo.ReplicaState::logEndOffset)
                .max()
                .orElse(0);
        quorum
            .voters()
            .forEach(
                v ->
                    rows.add(
                        v.replicaId(),
                        v.replicaId() == quorum.leaderId() ? "leader" : "voter",
                        v.logEndOffset(),
                        end - v.logEndOffset()));
        quorum
            .observers()
            .forEach(
                o -> rows.add(o.replicaId(), "observer", o.logEndOffset(), end - o.logEndOffset()));
        if (json) {
          Map<String, Object> answer = new LinkedHashMap<>();
          answer.put("leader", quorum.leaderId());
          answer.put("epoch", quorum.leaderEpoch());
          answer.put("high_watermark", quorum.highWatermark());
          answer.put("nodes", rows.asMaps());
          showJson(answer);
        } else {
          out()
              .println(
                  "leader "
                      + quorum.leaderId()
                      + ", epoch "
                      + quorum.leaderEpoch()
                      + ", high watermark "
                      + quorum.highWatermark());
          rows.print(out());
        }
        return 0;
      }
    }
  }

  @Command(
      name = "health",
      description = {
        "Says whether all is well; if not, what, and ends with 1.",
        "Looks for partitions without a leader, below min.insync.replicas or out of sync, for"
            + " fenced brokers, and for a quorum without a leader."
      })
  static final class Health extends ClientCommand {
    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        Rows rows = new Rows("severity", "what", "detail");
        nodes(admin, rows);
        quorum(admin, rows);
        partitions(admin, rows);
        if (json) {
          showJson(Map.of("healthy", rows.isEmpty(), "findings", rows.asMaps()));
        } else if (rows.isEmpty()) {
          out().println("All is well.");
          out().flush();
        } else {
          rows.print(out());
        }
        return rows.isEmpty() ? 0 : 1;
      }
    }

    private static void nodes(Admin admin, Rows rows) throws Exception {
      for (Node node : describe(admin).nodes().get()) {
        if (node.isFenced()) {
          rows.add("error", "broker fenced", "broker " + node.id() + " is down or cut off");
        }
      }
    }

    private static void quorum(Admin admin, Rows rows) throws Exception {
      try {
        if (admin.describeMetadataQuorum().quorumInfo().get().leaderId() < 0) {
          rows.add("error", "no controller", "the metadata quorum has no leader");
        }
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnsupportedVersionException)) {
          throw e;
        }
      }
    }

    private static void partitions(Admin admin, Rows rows) throws Exception {
      Collection<TopicDescription> topics = topics(admin);
      Map<ConfigResource, org.apache.kafka.clients.admin.Config> configs =
          topics.isEmpty()
              ? Map.of()
              : admin
                  .describeConfigs(
                      topics.stream()
                          .map(t -> new ConfigResource(ConfigResource.Type.TOPIC, t.name()))
                          .toList())
                  .all()
                  .get();
      for (TopicDescription topic : topics) {
        int least =
            Integer.parseInt(
                configs
                    .get(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()))
                    .get("min.insync.replicas")
                    .value());
        for (TopicPartitionInfo partition : topic.partitions()) {
          String name = topic.name() + "-" + partition.partition();
          List<Integer> behind =
              new ArrayList<>(partition.replicas().stream().map(Node::id).toList());
          behind.removeAll(partition.isr().stream().map(Node::id).collect(Collectors.toSet()));
          if (partition.leader() == null || partition.leader().isEmpty()) {
            rows.add("error", "no leader", name);
          } else if (partition.isr().size() < Math.min(least, partition.replicas().size())) {
            rows.add("error", "below min.insync.replicas", name + ": out of sync " + behind);
          } else if (!behind.isEmpty()) {
            rows.add("warning", "out of sync", name + ": " + behind);
          }
        }
      }
    }
  }

  private static DescribeClusterResult describe(Admin admin) throws Exception {
    DescribeClusterResult all =
        admin.describeCluster(new DescribeClusterOptions().includeFencedBrokers(true));
    try {
      all.nodes().get();
      return all;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnsupportedVersionException) {
        return admin.describeCluster();
      }
      throw e;
    }
  }

  private static Collection<TopicDescription> topics(Admin admin) throws Exception {
    Set<String> names = admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
    return TopicsCommand.describe(admin, names);
  }
}
