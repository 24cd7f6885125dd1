package milena.it;

import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** The examples, each by the one command that its page names. */
public class ExamplesIT extends JUnitSuite {

  @Test
  public void ordersGoThroughWhateverDies() {
    run("orders")
        .printed(
            "300 orders, 274 of them paid; services died 15 times.",
            "300 customers told, 274 parcels shipped, 274 items taken from stock");
  }

  @Test
  public void aLogIsFollowedAndCounted() {
    run("weblog").printed("1000 lines counted.");
  }

  @Test
  public void clicksAreCountedByWindow() {
    run("activity").printed("clicks counted in");
  }

  @Test
  public void threeLanguagesShareATopic() {
    Installed.require("node", "--version");
    Installed.require("npm", "--version");
    Installed.require("/usr/bin/python3", "-c", "import confluent_kafka");
    String output = run("polyglot").succeeded();
    assertEquals(
        output,
        List.of(
            "java has read {java=100, node=100, python=100}",
            "node has read {\"java\":100,\"node\":100,\"python\":100}",
            "python has read {'java': 100, 'node': 100, 'python': 100}"),
        output
            .lines()
            .filter(line -> line.contains(" has read "))
            .map(line -> line.startsWith("node") ? sortedJson(line) : line)
            .sorted()
            .toList());
  }

  /** kafkajs tells in the order of arrival. */
  private static String sortedJson(String line) {
    int from = line.indexOf('{');
    String inner = line.substring(from + 1, line.length() - 1);
    return line.substring(0, from)
        + "{"
        + String.join(",", List.of(inner.split(",")).stream().sorted().toList())
        + "}";
  }

  private static StockTool run(String example) {
    return StockTool.run(
        "", List.of(TestBroker.PROJECT.resolve("examples/run").toString(), example));
  }
}
