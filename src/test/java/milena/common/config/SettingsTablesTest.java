package milena.common.config;

import static java.util.stream.Collectors.joining;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** The tables against Kafka's own, as Kafka prints them. */
public class SettingsTablesTest extends JUnitSuite {
  /** Where Milena means to differ: its brokers are found out to be gone sooner. */
  private static final Map<String, String> OTHER_DEFAULTS =
      Map.of("broker.heartbeat.interval.ms", "500", "broker.session.timeout.ms", "3000");

  /**
   * Milena's own, and those that Kafka keeps in another table: they can only be set at run time.
   */
  private static final Set<String> OWN_AND_DYNAMIC =
      Set.of(
          "milena.remote.port",
          "leader.replication.throttled.rate",
          "follower.replication.throttled.rate",
          "replica.alter.log.dirs.io.max.bytes.per.second");

  /** Bounds that another kind of object checks the same way, or, of the selector, more narrowly. */
  private static final Set<String> BOUNDS_WITHOUT_WORDS =
      Set.of(
          "compression.gzip.level",
          "authorizer.class.name",
          "controller.quorum.bootstrap.servers",
          "controller.quorum.voters",
          "replica.selector.class",
          "leader.replication.throttled.replicas",
          "follower.replication.throttled.replicas");

  @Test
  public void brokerSettingsAreThoseOfKafka() throws IOException {
    List<String> expected = new ArrayList<>();
    List<String> actual = new ArrayList<>();
    Set<String> names = new TreeSet<>();
    for (String[] kafka : rows("B")) {
      names.add(kafka[1]);
      Setting setting = BrokerSettings.find(kafka[1]);
      expected.add(
          line(kafka[1], kafka[2], OTHER_DEFAULTS.getOrDefault(kafka[1], kafka[3]), kafka[4])
              + bounds(kafka[1], kafka[5])
              + " "
              + kafka[6]
              + " "
              + kafka[7]);
      actual.add(
          setting == null
              ? kafka[1] + " is missing"
              : line(setting)
                  + bounds(setting.name(), setting.validator())
                  + " "
                  + scope(setting)
                  + " "
                  + (setting.hidden() ? "internal" : ""));
    }
    assertEquals(String.join("\n", expected), String.join("\n", actual));
    Set<String> own = new TreeSet<>();
    BrokerSettings.all().forEach(setting -> own.add(setting.name()));
    own.removeAll(names);
    assertEquals(OWN_AND_DYNAMIC, own);
  }

  @Test
  public void topicSettingsAreThoseOfKafka() throws IOException {
    List<String> expected = new ArrayList<>();
    List<String> actual = new ArrayList<>();
    for (String[] kafka : rows("T")) {
      Setting setting = TopicSettings.find(kafka[1]);
      expected.add(
          line(kafka[1], kafka[2], kafka[3], kafka[4]) + bounds(kafka[1], kafka[5]) + kafka[6]);
      actual.add(
          setting == null
              ? kafka[1] + " is missing"
              : line(setting) + bounds(setting.name(), setting.validator()) + synonyms(setting));
    }
    assertEquals(String.join("\n", expected), String.join("\n", actual));
    assertEquals(expected.size(), TopicSettings.all().size());
  }

  @Test
  public void everySettingHasASentence() {
    List<Setting> all = new ArrayList<>(BrokerSettings.all());
    TopicSettings.all().forEach(entry -> all.add(entry.setting()));
    for (Setting setting : all) {
      assertFalse(setting.name(), setting.doc().isEmpty());
      assertEquals(
          setting.name(), setting.support() == Setting.Support.HONOURED, setting.note().isEmpty());
    }
  }

  private static String line(Setting setting) {
    String defaultText = setting.isRequired() ? "(required)" : setting.defaultText();
    return line(
        setting.name(),
        setting.type().toString(),
        String.valueOf(defaultText),
        setting.importance().toString());
  }

  private static String line(String name, String type, String defaultText, String importance) {
    return String.join(" ", name, type, defaultText, importance) + " ";
  }

  private static String bounds(String name, Object bounds) {
    return BOUNDS_WITHOUT_WORDS.contains(name) || bounds == null ? "" : bounds.toString();
  }

  private static String scope(Setting setting) {
    return switch (setting.scope()) {
      case READ_ONLY -> "read-only";
      case PER_BROKER -> "per-broker";
      case CLUSTER_WIDE -> "cluster-wide";
    };
  }

  private static String synonyms(Setting setting) {
    return TopicSettings.all().stream()
        .filter(entry -> entry.setting().equals(setting))
        .flatMap(entry -> entry.broker().stream())
        .map(TopicSettings.Synonym::name)
        .collect(joining(","));
  }

  private static List<String[]> rows(String kind) throws IOException {
    List<String[]> rows = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                SettingsTablesTest.class.getResourceAsStream("kafka-4.3.1-settings.txt"),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(kind + "|")) {
          rows.add(line.split("\\|", -1));
        }
      }
    }
    return rows;
  }
}
