package milena.cli.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Moving replicas between brokers while the cluster works. */
@Command(
    name = "reassign",
    description = "Moves replicas between brokers while the cluster works.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    synopsisSubcommandLabel = "(plan | start | status | cancel)",
    footer = {
      "",
      "Examples:",
      "  milena reassign plan --topic orders --brokers 1,2,3,4 > plan.json",
      "  milena reassign start plan.json --throttle 50000000 --rollback back.json",
      "  milena reassign status --clear-throttle"
    },
    subcommands = {
      ReassignCommand.Plan.class,
      ReassignCommand.Start.class,
      ReassignCommand.Status.class,
      ReassignCommand.Cancel.class
    })
public final class ReassignCommand extends ClusterCommandGroup {
  @Command(
      name = "plan",
      description = {
        "Prints a plan (JSON) that spreads topics evenly over brokers and moves no more than it"
            + " must. Nothing is done yet."
      })
  static final class Plan extends ClientCommand {
    @Option(
        names = {"-t", "--topic"},
        paramLabel = "TOPIC",
        split = ",",
        description = "Which topics (default: all but the internal ones).")
    private List<String> topics = List.of();

    @Option(
        names = "--brokers",
        paramLabel = "ID,...",
        split = ",",
        description = "Where the replicas are to be (default: all brokers that are up).")
    private Set<Integer> brokers = Set.of();

    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        Map<Integer, String> racks = new TreeMap<>();
        for (Node node : admin.describeCluster().nodes().get()) {
          if (brokers.isEmpty() || brokers.contains(node.id())) {
            racks.put(node.id(), node.rack());
          }
        }
        Set<Integer> missing = new TreeSet<>(brokers);
        missing.removeAll(racks.keySet());
        if (!missing.isEmpty()) {
          throw new Complaint("There is no broker " + missing + " up in the cluster.");
        }
        Collection<String> which = topics.isEmpty() ? admin.listTopics().names().get() : topics;
        showJson(ReassignmentPlan.spread(current(admin, which), racks).asMap());
        return 0;
      }
    }
  }

  @Command(name = "start", description = "Begins to carry out a plan.")
  static final class Start extends ClientCommand {
    @Parameters(paramLabel = "FILE", description = "The plan, as 'plan' prints it.")
    private Path file;

    @Option(
        names = "--throttle",
        paramLabel = "BYTES",
        description = "Copy no more than so many bytes a second into and out of each broker.")
    private Long throttle;

    @Option(
        names = "--rollback",
        paramLabel = "FILE",
        description = "Write the plan that would undo this one into a file.")
    private Path rollback;

    @Override
    int run() throws Exception {
      ReassignmentPlan plan = readPlan(file);
      try (Admin admin = admin()) {
        Map<TopicPartition, List<Integer>> before =
            current(admin, topicsOf(plan.replicas().keySet()));
        before.keySet().retainAll(plan.replicas().keySet());
        if (rollback != null) {
          Files.writeString(rollback, Json.pretty(new ReassignmentPlan(before).asMap()) + "\n");
        }
        if (throttle != null) {
          MoveThrottles.set(admin, plan, before, throttle);
        }
        Map<TopicPartition, Optional<NewPartitionReassignment>> moves = new HashMap<>();
        plan.replicas()
            .forEach(
                (p, brokers) -> moves.put(p, Optional.of(new NewPartitionReassignment(brokers))));
        admin.alterPartitionReassignments(moves).all().get();
        tell(
            "Begun, for "
                + moves.size()
                + " partitions; 'milena reassign status' tells how far it is.",
            Map.of("started", moves.size()));
        return 0;
      }
    }
  }

  @Command(name = "status", description = "Shows what is being moved.")
  static final class Status extends ClientCommand {
    @Option(
        names = "--clear-throttle",
        description = "When nothing is being moved, take off what --throttle set.")
    private boolean clear;

    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        Map<TopicPartition, PartitionReassignment> moving =
            admin.listPartitionReassignments().reassignments().get();
        Rows rows = new Rows("topic", "partition", "replicas", "adding", "removing");
        moving.entrySet().stream()
            .sorted(Map.Entry.comparingByKey(ReassignCommand::byName))
            .forEach(
                e ->
                    rows.add(
                        e.getKey().topic(),
                        e.getKey().partition(),
                        e.getValue().replicas(),
                        e.getValue().addingReplicas(),
                        e.getValue().removingReplicas()));
        if (moving.isEmpty() && clear) {
          MoveThrottles.clear(admin, admin.listTopics().names().get());
        }
        if (moving.isEmpty() && !json) {
          out().println("Nothing is being moved.");
          out().flush();
        } else {
          show(rows);
        }
        return 0;
      }
    }
  }

  @Command(
      name = "cancel",
      description = {
        "Stops what is being moved; replicas stay where they were.",
        "Takes off what --throttle set, unless other partitions still move by it."
      })
  static final class Cancel extends ClientCommand {
    @Parameters(paramLabel = "FILE", arity = "0..1", description = "A plan (default: all).")
    private Path file;

    @Option(
        names = "--preserve-throttles",
        description = "Leave on what --throttle set; 'status --clear-throttle' takes it off.")
    private boolean preserve;

    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        Set<TopicPartition> moving =
            new HashSet<>(admin.listPartitionReassignments().reassignments().get().keySet());
        Set<TopicPartition> others = new HashSet<>();
        Set<String> topics = topicsOf(moving);
        if (file != null) {
          Set<TopicPartition> planned = readPlan(file).replicas().keySet();
          others.addAll(moving);
          others.removeAll(planned);
          moving.retainAll(planned);
          topics.addAll(topicsOf(planned));
        }
        Map<TopicPartition, Optional<NewPartitionReassignment>> none = new HashMap<>();
        moving.forEach(p -> none.put(p, Optional.empty()));
        admin.alterPartitionReassignments(none).all().get();
        if (!preserve && others.isEmpty()) {
          MoveThrottles.clear(admin, topics);
        }
        tell("Cancelled for " + none.size() + " partitions.", Map.of("cancelled", none.size()));
        return 0;
      }
    }
  }

  private static ReassignmentPlan readPlan(Path file) {
    try {
      return ReassignmentPlan.read(Files.readString(file), file.toString());
    } catch (NoSuchFileException e) {
      throw new Complaint("There is no file " + file + ".");
    } catch (IOException e) {
      throw new Complaint("The plan " + file + " can't be read: " + e.getMessage());
    }
  }

  private static Set<String> topicsOf(Collection<TopicPartition> partitions) {
    return partitions.stream()
        .map(TopicPartition::topic)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Map<TopicPartition, List<Integer>> current(Admin admin, Collection<String> topics)
      throws Exception {
    Map<TopicPartition, List<Integer>> current = new HashMap<>();
    for (var topic : TopicsCommand.describe(admin, topics)) {
      for (var partition : topic.partitions()) {
        current.put(
            new TopicPartition(topic.name(), partition.partition()),
            partition.replicas().stream().map(Node::id).toList());
      }
    }
    return current;
  }

  private static int byName(TopicPartition one, TopicPartition other) {
    int byTopic = one.topic().compareTo(other.topic());
    return byTopic != 0 ? byTopic : Integer.compare(one.partition(), other.partition());
  }
}
