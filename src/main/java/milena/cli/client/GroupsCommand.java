package milena.cli.client;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Consumer groups: who reads what, how far behind, and setting them elsewhere. */
@Command(
    name = "groups",
    description = "Lists and describes consumer groups, sets their offsets, deletes them.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    synopsisSubcommandLabel = "(list | describe | reset-offsets | delete)",
    footer = {
      "",
      "Examples:",
      "  milena groups describe billing",
      "  milena groups reset-offsets billing --topic orders --to 2h             (shows what it"
          + " would do)",
      "  milena groups reset-offsets billing --topic orders --to 2h --execute   (does it)"
    },
    subcommands = {
      GroupsCommand.ListThem.class,
      GroupsCommand.Describe.class,
      GroupsCommand.ResetOffsets.class,
      GroupsCommand.Delete.class
    })
public final class GroupsCommand extends ClusterCommandGroup {
  private static final Comparator<TopicPartition> BY_NAME =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  @Command(name = "list", description = "Lists the groups.")
  static final class ListThem extends ClientCommand {
    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        Rows rows = new Rows("group", "state", "type", "protocol");
        admin.listGroups().all().get().stream()
            .sorted(Comparator.comparing(GroupListing::groupId))
            .forEach(
                g ->
                    rows.add(
                        g.groupId(),
                        g.groupState().map(GroupState::toString).orElse(null),
                        g.type().map(Object::toString).orElse(null),
                        g.protocol()));
        show(rows);
        return 0;
      }
    }
  }

  @Command(
      name = "describe",
      description = "Shows where a group is, how far behind, and who reads.")
  static final class Describe extends ClientCommand {
    @Parameters(paramLabel = "GROUP", description = "Its name.")
    private String group;

    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        ConsumerGroupDescription described =
            admin.describeConsumerGroups(List.of(group)).all().get().get(group);
        Map<TopicPartition, MemberDescription> owners = new TreeMap<>(BY_NAME);
        for (MemberDescription member : described.members()) {
          member.assignment().topicPartitions().forEach(p -> owners.put(p, member));
        }
        Map<TopicPartition, Long> committed = committed(admin, group);
        Map<TopicPartition, Long> all = new TreeMap<>(BY_NAME);
        owners.keySet().forEach(p -> all.put(p, null));
        all.putAll(committed);
        Map<TopicPartition, OffsetReset.Range> ranges = Positions.ranges(admin, all.keySet());
        Rows rows =
            new Rows("topic", "partition", "committed", "end", "lag", "client", "host", "member");
        long lag = 0;
        for (Map.Entry<TopicPartition, Long> entry : all.entrySet()) {
          MemberDescription owner = owners.get(entry.getKey());
          long end = ranges.get(entry.getKey()).end();
          Long behind = entry.getValue() == null ? null : Math.max(0, end - entry.getValue());
          lag += behind == null ? 0 : behind;
          rows.add(
              entry.getKey().topic(),
              entry.getKey().partition(),
              entry.getValue(),
              end,
              behind,
              owner == null ? null : owner.clientId(),
              owner == null ? null : owner.host(),
              owner == null ? null : owner.consumerId());
        }
        if (json) {
          Map<String, Object> answer = new LinkedHashMap<>();
          answer.put("group", group);
          answer.put("state", described.groupState().toString());
          answer.put("assignor", described.partitionAssignor());
          answer.put("coordinator", described.coordinator().id());
          answer.put("members", described.members().size());
          answer.put("lag", lag);
          answer.put("partitions", rows.asMaps());
          showJson(answer);
        } else {
          out()
              .println(
                  group
                      + "  "
                      + described.groupState()
                      + ", "
                      + described.members().size()
                      + " members, assignor "
                      + (described.partitionAssignor().isEmpty()
                          ? "none"
                          : described.partitionAssignor())
                      + ", coordinator "
                      + described.coordinator().id()
                      + ", lag "
                      + lag);
          rows.print(out());
        }
        return 0;
      }
    }
  }

  @Command(
      name = "reset-offsets",
      description = {
        "Sets where a group reads on. The group must have no members.",
        "Shows what it would do; does it with --execute."
      })
  static final class ResetOffsets extends ClientCommand {
    @Parameters(paramLabel = "GROUP", description = "Its name.")
    private String group;

    @Option(
        names = {"-t", "--topic"},
        paramLabel = "TOPIC[:PARTITION,...]",
        description = "Which (default: all that the group has committed for). Repeatable.")
    private List<String> topics = List.of();

    @picocli.CommandLine.ArgGroup(multiplicity = "1")
    private Target target;

    static final class Target {
      @Option(
          names = "--to",
          paramLabel = "PLACE",
          description = "It can be " + StartingPoint.SYNTAX)
      private String place;

      @Option(
          names = "--shift-by",
          paramLabel = "RECORDS",
          description = "So many records forward from where it is, or back when negative.")
      private Long records;
    }

    @Option(names = "--execute", description = "Do it.")
    private boolean execute;

    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        Map<TopicPartition, Long> committed = committed(admin, group);
        Map<TopicPartition, OffsetReset.Range> ranges =
            Positions.ranges(admin, partitions(admin, committed));
        Map<TopicPartition, Long> wanted =
            target.place == null
                ? Map.of()
                : Positions.resolve(
                    admin,
                    StartingPoint.parse(
                        target.place, System.currentTimeMillis(), ZoneId.systemDefault()),
                    ranges);
        OffsetReset plan =
            OffsetReset.plan(
                committed, ranges, wanted, target.records == null ? 0 : target.records);
        if (execute) {
          Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
          plan.moves().forEach(m -> offsets.put(m.partition(), new OffsetAndMetadata(m.to())));
          admin.alterConsumerGroupOffsets(group, offsets).all().get();
        }
        Rows rows = new Rows("topic", "partition", "from", "to", "change");
        for (OffsetReset.Move move : plan.moves()) {
          rows.add(
              move.partition().topic(),
              move.partition().partition(),
              move.from(),
              move.to(),
              move.distance());
        }
        if (json) {
          Map<String, Object> answer = new LinkedHashMap<>();
          answer.put("group", group);
          answer.put("executed", execute);
          answer.put("partitions", rows.asMaps());
          showJson(answer);
        } else {
          rows.print(out());
          if (!execute) {
            out().println("Nothing has been done: --execute does it.");
            out().flush();
          }
        }
        return 0;
      }
    }

    private List<TopicPartition> partitions(Admin admin, Map<TopicPartition, Long> committed)
        throws ExecutionException, InterruptedException {
      if (topics.isEmpty()) {
        if (committed.isEmpty()) {
          throw new Complaint("The group " + group + " has committed nothing: say which --topic.");
        }
        return List.copyOf(committed.keySet());
      }
      List<TopicPartition> partitions = new ArrayList<>();
      for (String given : topics) {
        int colon = given.indexOf(':');
        String topic = colon < 0 ? given : given.substring(0, colon);
        if (colon < 0) {
          for (TopicPartitionInfo info :
              TopicsCommand.describe(admin, List.of(topic)).iterator().next().partitions()) {
            partitions.add(new TopicPartition(topic, info.partition()));
          }
        } else {
          for (String number : given.substring(colon + 1).split(",")) {
            partitions.add(new TopicPartition(topic, Numbers.nonNegative(number, "partition")));
          }
        }
      }
      return partitions;
    }
  }

  @Command(name = "delete", description = "Deletes groups that have no members.")
  static final class Delete extends ClientCommand {
    @Parameters(paramLabel = "GROUP", arity = "1..*", description = "Their names.")
    private List<String> groups;

    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        admin.deleteConsumerGroups(groups).all().get();
        tell("Deleted " + String.join(", ", groups) + ".", Map.of("deleted", groups));
        return 0;
      }
    }
  }

  private static Map<TopicPartition, Long> committed(Admin admin, String group)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> committed = new HashMap<>();
    admin
        .listConsumerGroupOffsets(group)
        .partitionsToOffsetAndMetadata()
        .get()
        .forEach(
            (partition, offset) -> {
              if (offset != null) {
                committed.put(partition, offset.offset());
              }
            });
    return committed;
  }
}
