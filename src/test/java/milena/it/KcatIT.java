package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** kcat, and with it librdkafka: the C client under most clients that are not Java. */
public class KcatIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  @BeforeClass
  public static void kcatIsInstalled() {
    Installed.require("kcat", "-V");
  }

  private static StockTool kcat(String input, String... arguments) {
    List<String> command = new ArrayList<>(List.of("kcat", "-b", kafka.bootstrapServers()));
    command.addAll(Arrays.asList(arguments));
    return StockTool.run(input, command);
  }

  private static String numbered(int count) {
    return IntStream.range(0, count).mapToObj(i -> "v" + i + "\n").collect(Collectors.joining());
  }

  @Test
  public void metadataIsListed() throws Exception {
    String topic = kafka.topic("kcat-list", 3);
    kcat("", "-L", "-t", topic)
        .printed(
            "1 brokers:",
            "broker 1 at " + kafka.bootstrapServers(),
            "topic \"" + topic + "\" with 3 partitions:",
            "partition 2, leader 1, replicas: 1, isrs: 1");
  }

  @Test
  public void linesAreProducedAndConsumedUnderEachCodec() throws Exception {
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      String topic = kafka.topic("kcat-" + codec, 1);
      kcat(numbered(1000), "-P", "-t", topic, "-z", codec).succeeded();
      List<String> lines = kcat("", "-C", "-t", topic, "-o", "beginning", "-e", "-q").lines();
      assertEquals(numbered(1000).lines().toList(), lines);
    }
  }

  @Test
  public void theIdempotentProducerKeepsOrder() throws Exception {
    String topic = kafka.topic("kcat-idempotent", 1);
    kcat(
            numbered(5000),
            "-P",
            "-t",
            topic,
            "-X",
            "enable.idempotence=true",
            "-X",
            "batch.num.messages=20")
        .succeeded();
    List<String> lines = kcat("", "-C", "-t", topic, "-o", "beginning", "-e", "-q").lines();
    assertEquals(numbered(5000).lines().toList(), lines);
  }

  @Test
  public void keysHeadersTimesAndOffsetsAreShown() throws Exception {
    String topic = kafka.topic("kcat-format", 1);
    kcat("k:v\n", "-P", "-t", topic, "-K", ":", "-H", "h=1", "-X", "acks=all").succeeded();
    String shown =
        kcat("", "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%k|%s|%h|%o|%p\n")
            .succeeded();
    assertEquals("k|v|h=1|0|0\n", shown);
    kcat("w\n", "-P", "-t", topic).succeeded();
    assertEquals(
        List.of("w"), kcat("", "-C", "-t", topic, "-p", "0", "-o", "1", "-e", "-q").lines());
    assertEquals(
        List.of("w"), kcat("", "-C", "-t", topic, "-p", "0", "-o", "-1", "-e", "-q").lines());
    String found = kcat("", "-Q", "-t", topic + ":0:-1").succeeded();
    assertTrue(found, found.contains("offset 2"));
  }

  @Test
  public void aBalancedGroupReadsAndCommits() throws Exception {
    String topic = kafka.topic("kcat-group", 3);
    String group = BrokerRule.fresh("kcat-group");
    // A part for each partition: left to itself, librdkafka may write all 300 into one, and a group
    // has no place to come back to in a partition of which it has read nothing.
    for (int partition = 0; partition < 3; partition++) {
      kcat(numbered(100), "-P", "-t", topic, "-p", Integer.toString(partition)).succeeded();
    }
    List<String> first =
        kcat(
                "",
                "-G",
                group,
                "-X",
                "auto.offset.reset=earliest",
                "-q",
                "-e",
                "-X",
                "session.timeout.ms=6000",
                topic)
            .lines();
    assertEquals(300, first.size());
    kcat("after\n", "-P", "-t", topic).succeeded();
    List<String> second = kcat("", "-G", group, "-q", "-c", "1", topic).lines();
    assertEquals(List.of("after"), second);
  }
}
