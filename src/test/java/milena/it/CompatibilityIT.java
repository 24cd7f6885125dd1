package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** docs/compatibility.md says what the node advertises, and names tests that exist. */
public class CompatibilityIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  private static final Path PAGE = TestBroker.PROJECT.resolve("docs/compatibility.md");

  /** A row of the table: key, name, Kafka's versions, ours, the tests. */
  private static final Pattern ROW =
      Pattern.compile("\\| (\\d+) \\| (\\w+) \\| ([^|]*) \\| ([^|]*) \\| ([^|]*) \\|");

  private static List<Matcher> rows() throws Exception {
    List<Matcher> rows = new ArrayList<>();
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static String range(int from, int to) {
    return from == to ? String.valueOf(from) : from + "-" + to;
  }

  @Test
  public void thePageSaysWhatIsAdvertised() throws Exception {
    assumeFalse("this is about Milena", TestBroker.isApacheKafka());
    Map<Integer, String> advertised = new TreeMap<>();
    EveryVersionIT.advertised(kafka)
        .forEach((api, range) -> advertised.put((int) api.id, range(range[0], range[1])));
    Map<Integer, String> written = new TreeMap<>();
    for (Matcher row : rows()) {
      if (!row.group(4).equals("not yet")) {
        written.put(Integer.valueOf(row.group(1)), row.group(4));
      }
    }
    assertEquals(advertised, written);
  }

  @Test
  public void thePageKnowsEveryApiOfAKafkaBroker() throws Exception {
    Map<String, String> expected = new TreeMap<>();
    for (ApiKeys api : ApiKeys.apisForListener(ListenerType.BROKER)) {
      int from = api.messageType.lowestSupportedVersion();
      int to = api.messageType.highestSupportedVersion(false);
      expected.put(api.id + " " + api.name, range(from, to));
    }
    Map<String, String> written = new TreeMap<>();
    for (Matcher row : rows()) {
      written.put(row.group(1) + " " + row.group(2), row.group(3));
    }
    assertEquals(expected, written);
  }

  @Test
  public void theTestsThatThePageNamesExist() throws Exception {
    for (Matcher row : rows()) {
      boolean served = !row.group(4).equals("not yet");
      assertTrue(row.group(2) + " is served without a test", !served || !row.group(5).isBlank());
      for (String test : row.group(5).isBlank() ? new String[0] : row.group(5).split(", ")) {
        Class.forName(test.startsWith("milena.") ? test : "milena.it." + test);
      }
    }
  }
}
