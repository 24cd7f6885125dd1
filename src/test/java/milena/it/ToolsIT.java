package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** The commands of {@code bin/milena} that work with a cluster, as a person runs them. */
public class ToolsIT extends JUnitSuite {
  private static final Path SCRIPT = TestBroker.PROJECT.resolve("bin/milena");

  private static TestBroker milena;

  @BeforeClass
  public static void startMilena() {
    milena = TestBroker.start(TestBroker.Kind.MILENA, Map.of());
  }

  @AfterClass
  public static void stopMilena() {
    milena.close();
  }

  @Test
  public void aDayWithTheTools() throws IOException {
    spendADayWith(milena);
  }

  /** They are for any cluster that speaks Kafka's protocol. */
  @Test
  public void theSameDayWithApacheKafka() throws IOException {
    try (TestBroker kafka = TestBroker.start(TestBroker.Kind.APACHE_KAFKA, Map.of())) {
      spendADayWith(kafka);
    }
  }

  private static void spendADayWith(TestBroker broker) throws IOException {
    run(broker, "topics", "create", "orders", "-p", "3", "-c", "retention.ms=86400000")
        .printed("Made orders.");
    StockTool again = run(broker, "topics", "create", "orders");
    assertEquals(1, again.exitCode());
    assertEquals(again.errors(), 1, again.errors().lines().count());
    assertTrue(again.errors(), again.errors().contains("already exists"));
    awaitPrinted("3 partitions", broker, "topics", "describe", "orders");
    run(broker, "topics", "create", "orders", "--if-not-exists").printed("Nothing to make.");
    run(broker, "topics", "describe", "orders")
        .printed("3 partitions, replication factor 1", "retention.ms = 86400000", "REMARKS");
    JsonNode described = json(run(broker, "topics", "describe", "orders", "--json"));
    assertEquals(1, described.get(0).get("partitions").get(2).get("leader").asInt());

    reading(broker, "a:1\nb:2\nc:3\n", "produce", "orders", "--key-separator", ":").succeeded();
    run(broker, "produce", "orders", "x", "-k", "k", "-H", "from=test", "-p", "1").succeeded();
    List<String> lines = run(broker, "consume", "orders", "--format", "%k=%v %h").lines();
    assertEquals(
        List.of("a=1 ", "b=2 ", "c=3 ", "k=x from=test"), lines.stream().sorted().toList());
    assertEquals(List.of("x"), run(broker, "consume", "orders", "-p", "1", "--from", "-1").lines());
    assertEquals(4, run(broker, "consume", "orders", "--from", "1h").lines().size());
    assertEquals(0, run(broker, "consume", "orders", "--from", "end").lines().size());

    run(broker, "topics", "create", "copy", "-p", "1").succeeded();
    awaitPrinted("1 partition", broker, "topics", "describe", "copy");
    String records = run(broker, "consume", "orders", "--json").succeeded();
    reading(broker, records, "produce", "copy", "--format", "json").succeeded();
    assertEquals(4, run(broker, "consume", "copy").lines().size());

    spendItWithAGroup(broker);
    spendItWithFiles(broker);

    run(broker, "configs", "set", "topic", "copy", "cleanup.policy=compact").succeeded();
    awaitPrinted("compact", broker, "configs", "show", "topic", "copy");
    run(broker, "configs", "show", "topic", "copy").printed("cleanup.policy", "compact");
    run(broker, "configs", "unset", "topic", "copy", "cleanup.policy").succeeded();
    awaitPrinted("Nothing is set for topic copy", broker, "configs", "show", "topic", "copy");
    run(broker, "cluster", "nodes").printed("127.0.0.1");
    run(broker, "cluster", "quorum").printed("leader 1");
    run(broker, "cluster", "health").printed("All is well.");
    run(broker, "topics", "alter", "copy", "-p", "2").printed("Altered copy.");
    awaitPrinted("2 partitions", broker, "topics", "describe", "copy");
    spendItWithAPlan(broker);
    run(broker, "perf", "produce", "copy", "-n", "1000", "-s", "100")
        .printed("1,000 records", "p99");
    run(broker, "perf", "consume", "copy", "-n", "1000").printed("records in");
    run(broker, "perf", "latency", "copy", "-n", "200", "-r", "500")
        .printed("200 records", "p99.9");
    run(broker, "topics", "delete", "copy").printed("Deleted copy.");

    Path segment = broker.logDir().resolve("orders-1/00000000000000000000.log");
    ToolProcess.milena("", "log", "show", segment.toString(), "--records")
        .printed("crc ok", "k  x  from=test");
    ToolProcess.milena("", "log", "verify", segment.getParent().toString()).printed("all sound");
    Path damaged = broker.scratchDir().resolve("00000000000000000000.log");
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length - 1] ^= 1;
    Files.write(damaged, bytes);
    StockTool verified = ToolProcess.milena("", "log", "verify", damaged.toString());
    assertEquals(1, verified.exitCode());
    assertTrue(verified.output(), verified.output().contains("fails its checksum"));
  }

  /**
   * A broker may acknowledge what the controller has decided before it has read it: Apache Kafka
   * any change, Milena one of settings.
   */
  private static void awaitPrinted(String words, TestBroker broker, String... arguments) {
    Await.until(
        String.join(" ", arguments) + " prints " + words,
        () -> {
          StockTool tool = run(broker, arguments);
          return tool.exitCode() == 0 && tool.output().contains(words);
        });
  }

  private static void spendItWithFiles(TestBroker broker) throws IOException {
    Path lines = broker.scratchDir().resolve("lines.txt");
    Files.writeString(lines, "a:1\nb:2\nno key\nd:4\n");
    run(broker, "topics", "create", "lines", "-p", "1").succeeded();
    awaitPrinted("1 partition", broker, "topics", "describe", "lines");
    String file = lines.toString();
    StockTool mistaken = run(broker, "produce", "lines", "-f", file, "--key-separator", ":");
    assertEquals(1, mistaken.exitCode());
    assertTrue(mistaken.errors(), mistaken.errors().contains("Line 3 of " + file));
    assertTrue("what is written is told", mistaken.errors().contains("LAST OFFSET"));
    assertEquals(List.of("1", "2"), run(broker, "consume", "lines").lines());
    run(broker, "produce", "lines", "-f", file, "-f", file, "--compression", "zstd").succeeded();
    assertEquals(
        List.of("9 d:4"),
        run(broker, "consume", "lines", "--from", "9", "--format", "%o %v").lines());
    assertEquals(
        List.of("lines-0@0", "lines-0@1"),
        run(broker, "consume", "lines", "--from", "2020-01-01", "-n", "2", "--format", "full")
            .lines()
            .stream()
            .map(line -> line.substring(0, line.indexOf(' ')))
            .toList());
  }

  private static void spendItWithAPlan(TestBroker broker) throws IOException {
    Path plan = broker.scratchDir().resolve("plan.json");
    Path back = broker.scratchDir().resolve("back.json");
    StockTool planned = run(broker, "reassign", "plan", "-t", "copy", "--brokers", "1");
    planned.printed("\"replicas\" : [ 1 ]");
    Files.writeString(plan, planned.output());
    run(broker, "reassign", "start", plan.toString(), "--rollback", back.toString())
        .printed("Begun, for 2 partitions");
    assertEquals(Files.readString(plan), Files.readString(back));
    run(broker, "reassign", "status").printed("Nothing is being moved.");
    run(broker, "reassign", "cancel", plan.toString()).printed("Cancelled for 0 partitions.");
  }

  private static void spendItWithAGroup(TestBroker broker) throws IOException {
    assertEquals(3, run(broker, "consume", "copy", "-g", "readers", "-n", "3").lines().size());
    run(broker, "groups", "list").printed("readers");
    assertEquals(
        1, json(run(broker, "groups", "describe", "readers", "--json")).get("lag").asInt());
    String[] back = {"groups", "reset-offsets", "readers", "-t", "copy", "--to", "beginning"};
    run(broker, back).printed("Nothing has been done");
    assertEquals(1, run(broker, "consume", "copy", "-g", "readers").lines().size());
    List<String> execute = new ArrayList<>(List.of(back));
    execute.add("--execute");
    run(broker, execute.toArray(String[]::new)).succeeded();
    assertEquals(4, run(broker, "consume", "copy", "-g", "readers").lines().size());
    run(broker, "groups", "reset-offsets", "readers", "--shift-by", "-3", "--execute").succeeded();
    run(broker, "groups", "describe", "readers").printed("Empty, 0 members", "lag 3");
    run(broker, "groups", "delete", "readers").printed("Deleted readers.");
  }

  @Test
  public void mistakesAreExplainedInOneLine() {
    assertTold(run(milena, "consume", "nowhere"), 1, "There is no topic nowhere.");
    StockTool nobody = script("topics", "list", "-b", "127.0.0.1:1", "--timeout", "1");
    assertEquals(1, nobody.exitCode());
    assertTrue(nobody.errors(), nobody.errors().contains("No answer from 127.0.0.1:1"));
    assertTold(run(milena, "topics", "describe", "nowhere"), 1, "There is no topic nowhere.");
    assertTold(run(milena, "topics", "delete", "nowhere"), 1, "There is no topic nowhere.");
    assertTold(run(milena, "perf", "consume", "nowhere"), 1, "There is no topic nowhere.");
    run(milena, "topics", "create", "few", "-p", "2").succeeded();
    assertTold(
        run(milena, "produce", "few", "x", "-p", "2"),
        1,
        "There is no partition 2 of few: it has 2, and they count from 0.");
    assertTold(run(milena, "produce", "few", "-f", "nofile"), 1, "There is no file nofile.");
    assertTold(script("topics", "list", "--jsn"), 2, "has no option '--jsn': --json?");
    assertTold(
        ToolProcess.milena("", "topics", "lst"), 2, "has no 'lst': it wants one of list, create");
    assertTold(ToolProcess.milena("", "topics"), 2, "wants one of: list, create");
    assertTold(ToolProcess.milena("", "groups", "list", "x"), 2, "can't do anything with 'x'");
  }

  private static void assertTold(StockTool tool, int exitCode, String words) {
    assertEquals(tool.errors(), exitCode, tool.exitCode());
    assertTrue(tool.errors(), tool.errors().contains(words));
    assertEquals(tool.errors(), 1, tool.errors().lines().count());
  }

  /** The options that all verbs of a noun have may stand before the verb. */
  @Test
  public void whatTheVerbIsNotToldTheNounMayBe() throws IOException {
    String bootstrap = milena.bootstrapServers();
    ToolProcess.milena("", "topics", "-b", bootstrap, "create", "early").printed("Made early.");
    JsonNode topics =
        json(ToolProcess.milena("", "topics", "--json", "--bootstrap", bootstrap, "list"));
    assertTrue(topics.toString(), topics.findValuesAsText("topic").contains("early"));
    ToolProcess.milena("", "topics", "-b", "127.0.0.1:1", "describe", "early", "-b", bootstrap)
        .printed("1 partition");
    StockTool nobody =
        ToolProcess.milena("", "cluster", "-b", "127.0.0.1:1", "--timeout", "1", "nodes");
    assertTrue(nobody.errors(), nobody.errors().contains("No answer from 127.0.0.1:1 within 1 s"));
    ToolProcess.milena("", "topics", "--help").printed("--bootstrap", "--json", "milena topics");
    ToolProcess.milena("", "topics", "create", "--help").printed("--bootstrap", "--partitions");
  }

  @Test
  public void everyAnswerIsThereForPrograms() throws IOException {
    assertEquals("told", answer("topics", "create", "told", "-p", "2").at("/created/0").asText());
    assertEquals(
        "told", answer("topics", "alter", "told", "-c", "retention.ms=1").at("/altered").asText());
    awaitPrinted("retention.ms", milena, "topics", "describe", "told");
    JsonNode topic = answer("topics", "describe", "told").get(0);
    assertEquals("1", topic.at("/configs/retention.ms").asText());
    assertEquals("[1]", topic.at("/partitions/1/isr").toString());
    answer("topics", "alter", "told", "--delete-config", "retention.ms");
    JsonNode written = answer("produce", "told", "a", "b", "-p", "1");
    assertEquals(2, written.at("/0/records").asInt());
    assertEquals(1, written.at("/0/last_offset").asInt());
    List<String> read = run(milena, "consume", "told", "--json", "-g", "programs").lines();
    assertEquals("b", new ObjectMapper().readTree(read.get(1)).get("value").asText());
    assertTrue(answer("groups", "list").findValuesAsText("group").contains("programs"));
    assertEquals("Empty", answer("groups", "describe", "programs").get("state").asText());
    JsonNode reset = answer("groups", "reset-offsets", "programs", "--to", "beginning");
    assertEquals(false, reset.get("executed").asBoolean());
    assertTrue(reset.toString(), reset.at("/partitions").toString().contains("\"change\":-2"));
    assertEquals("programs", answer("groups", "delete", "programs").at("/deleted/0").asText());
    assertEquals(
        "5",
        answer("configs", "set", "topic", "told", "retention.ms=5")
            .at("/set/retention.ms")
            .asText());
    awaitPrinted("retention.ms", milena, "configs", "show", "topic", "told");
    assertEquals("5", answer("configs", "show", "topic", "told").at("/0/value").asText());
    assertEquals(
        "retention.ms",
        answer("configs", "unset", "topic", "told", "retention.ms").at("/unset/0").asText());
    JsonNode nodes = answer("cluster", "nodes");
    assertFalse(nodes.get("cluster").asText().isEmpty());
    assertEquals("up", nodes.at("/nodes/0/state").asText());
    assertEquals(1, answer("cluster", "quorum").get("leader").asInt());
    assertTrue(answer("cluster", "health").get("healthy").asBoolean());
    Path plan = milena.scratchDir().resolve("told.json");
    Files.writeString(plan, answer("reassign", "plan", "-t", "told").toString());
    assertEquals(2, answer("reassign", "start", plan.toString()).get("started").asInt());
    assertEquals("[]", answer("reassign", "status").toString());
    assertEquals(0, answer("reassign", "cancel").get("cancelled").asInt());
    for (String measured : List.of("produce", "latency")) {
      JsonNode latencies = answer("perf", measured, "told", "-n", "50", "-r", "500");
      assertEquals(50, latencies.get("records").asInt());
      assertTrue(latencies.toString(), latencies.at("/latency_ms/p99.9").asDouble() > 0);
    }
    assertTrue(answer("perf", "consume", "told", "-n", "100").get("records").asInt() >= 100);
    String directory = milena.logDir().resolve("told-1").toString();
    List<String> batches =
        ToolProcess.milena("", "log", "show", "--json", "--records", directory).lines();
    assertTrue(batches.toString(), new ObjectMapper().readTree(batches.get(0)).has("records"));
    // In one batch or two: those of a command go when the time comes.
    List<String> values = new ArrayList<>();
    for (String line : batches) {
      JsonNode value = new ObjectMapper().readTree(line).get("value");
      if (value != null) {
        values.add(value.asText());
      }
    }
    assertEquals(List.of("a", "b"), values.subList(0, 2));
    JsonNode sound = json(ToolProcess.milena("", "log", "verify", "--json", directory));
    assertEquals("[]", sound.get("damaged").toString());
    assertEquals("told", answer("topics", "delete", "told").at("/deleted/0").asText());
  }

  private static JsonNode answer(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--json");
    return json(run(milena, all.toArray(String[]::new)));
  }

  /** On a terminal, which {@code script} pretends to be. */
  @Test
  public void longWorkTellsHowFarItIs() throws IOException {
    run(milena, "topics", "create", "slow").succeeded();
    run(milena, "topics", "create", "long").succeeded();
    // Writes on until it has said how far it is.
    String seen = Files.createTempFile("seen", ".txt").toString();
    String untilTold =
        "(until grep -qs ' records, ' %s; do echo x; sleep 0.1; done) | %s produce slow -b %s"
            .formatted(seen, SCRIPT, milena.bootstrapServers());
    String told =
        StockTool.run("", List.of("script", "-qefc", untilTold, seen)).printed(" records, ");
    Files.delete(Path.of(seen));
    assertTrue("and the line is cleared away: " + told, told.contains("\r\u001b[K"));
    String produce =
        "(seq 1 300; sleep 1.2; seq 1 300) | %s produce long -b %s"
            .formatted(SCRIPT, milena.bootstrapServers());
    StockTool silent = StockTool.run("", List.of("bash", "-c", produce));
    assertFalse(silent.errors(), silent.errors().contains(" records, "));
    StockTool writing = run(milena, "perf", "produce", "long", "-n", "600", "-r", "400");
    assertTrue(writing.errors(), writing.errors().matches("(?s) +\\d+ s +\\d+ records +.*p99.*"));
    StockTool both = run(milena, "perf", "latency", "long", "-n", "300", "-r", "200");
    assertTrue(both.errors(), both.errors().matches("(?s) +\\d+ s +\\d+ records +.*p99.*"));
    StockTool reading = run(milena, "perf", "consume", "long", "-n", "99999", "--timeout", "15");
    assertTrue(
        reading.errors(),
        reading.errors().matches("(?s).* +\\d+ s +1,500 records .*/s\\n.*There are only 1500 .*"));
  }

  @Test
  public void shellsCompleteCommandsAndTheirOptions() {
    String script = script("completion").succeeded();
    assertEquals("topics", completed(script, "milena", "top"));
    assertEquals("describe", completed(script, "milena", "topics", "desc"));
    assertEquals("--partitions", completed(script, "milena", "topics", "create", "--part"));
    assertEquals("--bootstrap", completed(script, "milena", "topics", "create", "--boot"));
    assertEquals("topic", completed(script, "milena", "configs", "show", "to"));
    String all = completed(script, "milena", "groups", "");
    assertTrue(all, List.of(all.split(" ")).containsAll(List.of("list", "reset-offsets")));
  }

  /** What bash offers when the last of these words is being written. */
  private static String completed(String script, String... words) {
    String quoted =
        List.of(words).stream().map(w -> "'" + w + "'").collect(Collectors.joining(" "));
    String asked =
        script
            + "\nCOMP_WORDS=("
            + quoted
            + "); COMP_CWORD="
            + (words.length - 1)
            + "\nfunction=$(complete -p milena | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
            + "\n$function milena \"${COMP_WORDS[COMP_CWORD]}\" && echo \"${COMPREPLY[*]}\"\n";
    return StockTool.run(asked, List.of("bash", "--norc", "-s")).succeeded().strip();
  }

  private static JsonNode json(StockTool tool) throws IOException {
    return new ObjectMapper().readTree(tool.succeeded());
  }

  private static StockTool run(TestBroker broker, String... arguments) {
    return reading(broker, "", arguments);
  }

  private static StockTool reading(TestBroker broker, String input, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--bootstrap", broker.bootstrapServers()));
    return ToolProcess.milena(input, all.toArray(String[]::new));
  }

  /** By the script, in a process of its own. */
  private static StockTool script(String... arguments) {
    List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
    command.addAll(List.of(arguments));
    return StockTool.run("", command);
  }
}
