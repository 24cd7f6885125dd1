package milena.cli.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Topics: what there is, and changes to it. */
@Command(
    name = "topics",
    description = "Lists, makes, describes, alters and deletes topics.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    synopsisSubcommandLabel = "(list | create | describe | alter | delete)",
    footer = {
      "",
      "Examples:",
      "  milena topics create orders --partitions 6 --config retention.ms=86400000",
      "  milena topics describe orders",
      "  milena topics list --json"
    },
    subcommands = {
      TopicsCommand.ListThem.class,
      TopicsCommand.Create.class,
      TopicsCommand.Describe.class,
      TopicsCommand.Alter.class,
      TopicsCommand.Delete.class
    })
public final class TopicsCommand extends ClusterCommandGroup {

  @Command(name = "list", description = "Lists the topics.")
  static final class ListThem extends ClientCommand {
    @Option(names = "--all", description = "Also the internal ones.")
    private boolean all;

    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        Collection<String> names =
            admin.listTopics(new ListTopicsOptions().listInternal(all)).names().get();
        Rows rows = new Rows("topic", "partitions", "replication_factor", "out_of_sync");
        for (TopicDescription topic : describe(admin, names)) {
          rows.add(
              topic.name(),
              topic.partitions().size(),
              topic.partitions().isEmpty() ? 0 : topic.partitions().get(0).replicas().size(),
              topic.partitions().stream()
                  .filter(p -> p.isr().size() < p.replicas().size())
                  .count());
        }
        show(rows);
        return 0;
      }
    }
  }

  @Command(name = "create", description = "Makes topics.")
  static final class Create extends ClientCommand {
    @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "Their names.")
    private List<String> names;

    @Option(
        names = {"-p", "--partitions"},
        paramLabel = "COUNT",
        description = "How many partitions (default: the cluster's num.partitions).")
    private Integer partitions;

    @Option(
        names = {"-r", "--replication-factor"},
        paramLabel = "COUNT",
        description = "How many replicas of each (default: the cluster's).")
    private Short replicas;

    @Option(
        names = {"-c", "--config"},
        paramLabel = "NAME=VALUE",
        description = "A setting of the topic. May be given more than once.")
    private Map<String, String> configs = new LinkedHashMap<>();

    @Option(names = "--if-not-exists", description = "Content when it is there already.")
    private boolean unlessThere;

    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        List<String> made = new ArrayList<>();
        Map<String, NewTopic> asked = new LinkedHashMap<>();
        for (String name : names) {
          asked.put(
              name,
              new NewTopic(name, Optional.ofNullable(partitions), Optional.ofNullable(replicas))
                  .configs(configs));
        }
        var results = admin.createTopics(asked.values()).values();
        for (String name : asked.keySet()) {
          try {
            results.get(name).get();
            made.add(name);
          } catch (ExecutionException e) {
            if (!(unlessThere && e.getCause() instanceof TopicExistsException)) {
              throw e;
            }
          }
        }
        tell(
            made.isEmpty() ? "Nothing to make." : "Made " + String.join(", ", made) + ".",
            Map.of("created", made));
        return 0;
      }
    }
  }

  @Command(
      name = "describe",
      description = "Shows topics with a picture of where their replicas are.")
  static final class Describe extends ClientCommand {
    @Parameters(paramLabel = "TOPIC", arity = "0..*", description = "Which (default: all).")
    private List<String> names = List.of();

    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        Collection<String> which = names.isEmpty() ? admin.listTopics().names().get() : names;
        Collection<TopicDescription> topics = describe(admin, which);
        Map<ConfigResource, Map<String, String>> configs =
            ConfigsCommand.overridden(
                admin,
                which.stream()
                    .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                    .toList());
        List<TopicPicture> pictures = new ArrayList<>();
        for (TopicDescription topic : topics) {
          pictures.add(
              new TopicPicture(
                  topic, configs.get(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()))));
        }
        if (json) {
          showJson(pictures.stream().map(TopicPicture::asMap).toList());
        } else {
          pictures.forEach(picture -> picture.print(out()));
        }
        return 0;
      }
    }
  }

  @Command(name = "alter", description = "Adds partitions to a topic, sets or unsets its settings.")
  static final class Alter extends ClientCommand {
    @Parameters(paramLabel = "TOPIC", description = "Its name.")
    private String name;

    @Option(
        names = {"-p", "--partitions"},
        paramLabel = "COUNT",
        description = "How many partitions it is to have; it can't have fewer than it has.")
    private Integer partitions;

    @Option(
        names = {"-c", "--config"},
        paramLabel = "NAME=VALUE",
        description = "Sets a setting. May be given more than once.")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(
        names = "--delete-config",
        paramLabel = "NAME",
        description = "Takes a setting back to its default. May be given more than once.")
    private List<String> unset = List.of();

    @Override
    int run() throws Exception {
      if (partitions == null && set.isEmpty() && unset.isEmpty()) {
        throw new Complaint("Nothing to alter: say --partitions, --config or --delete-config.");
      }
      try (Admin admin = admin()) {
        if (partitions != null) {
          admin.createPartitions(Map.of(name, NewPartitions.increaseTo(partitions))).all().get();
        }
        if (!set.isEmpty() || !unset.isEmpty()) {
          ConfigsCommand.alter(
              admin, new ConfigResource(ConfigResource.Type.TOPIC, name), set, unset);
        }
        tell("Altered " + name + ".", Map.of("altered", name));
        return 0;
      }
    }
  }

  @Command(name = "delete", description = "Deletes topics and all that is in them.")
  static final class Delete extends ClientCommand {
    @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "Their names.")
    private List<String> names;

    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        Map<String, KafkaFuture<Void>> deleted = admin.deleteTopics(names).topicNameValues();
        for (String name : names) {
          known(name, deleted.get(name));
        }
        tell("Deleted " + String.join(", ", names) + ".", Map.of("deleted", names));
        return 0;
      }
    }
  }

  /** In the order of their names. */
  static Collection<TopicDescription> describe(Admin admin, Collection<String> names)
      throws ExecutionException, InterruptedException {
    if (names.isEmpty()) {
      return List.of();
    }
    Map<String, KafkaFuture<TopicDescription>> asked =
        admin.describeTopics(new TreeSet<>(names)).topicNameValues();
    Map<String, TopicDescription> described = new TreeMap<>();
    for (String name : names) {
      described.put(name, known(name, asked.get(name)));
    }
    return described.values();
  }

  /** The answer about a topic. */
  private static <T> T known(String name, KafkaFuture<T> answer)
      throws ExecutionException, InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new Complaint("There is no topic " + name + ".");
      }
      throw e;
    }
  }
}
