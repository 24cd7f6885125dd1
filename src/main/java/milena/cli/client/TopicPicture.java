package milena.cli.client;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * A topic drawn with a column a broker, so that one look tells how its leaders are spread and what
 * is behind:
 *
 * <pre>
 * PARTITION  1  2  3
 *         0  L  s  s
 *         1  o  L  s  out of sync: 1
 * </pre>
 */
record TopicPicture(TopicDescription topic, Map<String, String> configs) {

  void print(PrintWriter out) {
    int replicas = topic.partitions().isEmpty() ? 0 : topic.partitions().get(0).replicas().size();
    out.println(
        topic.name()
            + "  "
            + topic.partitions().size()
            + (topic.partitions().size() == 1 ? " partition" : " partitions")
            + ", replication factor "
            + replicas
            + ", id "
            + topic.topicId());
    configs.forEach((name, value) -> out.println("  " + name + " = " + value));
    TreeSet<Integer> brokers = new TreeSet<>();
    topic.partitions().forEach(p -> p.replicas().forEach(r -> brokers.add(r.id())));
    List<String> columns = new ArrayList<>(List.of("partition"));
    brokers.forEach(b -> columns.add("" + b));
    columns.add("remarks");
    Rows rows = new Rows(columns.toArray(String[]::new));
    for (TopicPartitionInfo partition : topic.partitions()) {
      List<Object> cells = new ArrayList<>(List.of(partition.partition()));
      brokers.forEach(b -> cells.add(letter(partition, b)));
      cells.add(String.join("; ", remarks(partition)));
      rows.add(cells.toArray());
    }
    rows.print(out);
    out.println("L leader, s in sync, o out of sync");
    out.println();
    out.flush();
  }

  private static String letter(TopicPartitionInfo partition, int broker) {
    if (partition.leader() != null && partition.leader().id() == broker) {
      return "L";
    }
    if (ids(partition.isr()).contains(broker)) {
      return "s";
    }
    return ids(partition.replicas()).contains(broker) ? "o" : " ";
  }

  private static List<String> remarks(TopicPartitionInfo partition) {
    List<String> remarks = new ArrayList<>();
    List<Integer> behind = new ArrayList<>(ids(partition.replicas()));
    behind.removeAll(ids(partition.isr()));
    if (partition.leader() == null || partition.leader().isEmpty()) {
      remarks.add("NO LEADER");
    } else if (partition.leader().id() != partition.replicas().get(0).id()) {
      remarks.add("preferred leader is " + partition.replicas().get(0).id());
    }
    if (!behind.isEmpty()) {
      remarks.add("out of sync: " + behind.toString().replaceAll("[\\[\\]]", ""));
    }
    return remarks;
  }

  private static List<Integer> ids(List<Node> nodes) {
    return nodes.stream().map(Node::id).toList();
  }

  Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("topic", topic.name());
    map.put("id", topic.topicId().toString());
    map.put("internal", topic.isInternal());
    map.put("configs", configs);
    map.put(
        "partitions",
        topic.partitions().stream()
            .map(
                p -> {
                  Map<String, Object> one = new LinkedHashMap<>();
                  one.put("partition", p.partition());
                  one.put(
                      "leader",
                      p.leader() == null || p.leader().isEmpty() ? null : p.leader().id());
                  one.put("replicas", ids(p.replicas()));
                  one.put("isr", ids(p.isr()));
                  one.put("elr", p.elr() == null ? List.of() : ids(p.elr()));
                  return one;
                })
            .toList());
    return map;
  }
}
