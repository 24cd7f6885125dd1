package milena.it;

import static org.junit.Assert.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** kafkajs: a client that shares no line with Kafka's own or with librdkafka. */
public class KafkaJsIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  private static final Path SOURCES = TestBroker.PROJECT.resolve("src/test/node");
  private static final Path MODULES = TestBroker.PROJECT.resolve("target/node");

  @BeforeClass
  public static void kafkaJsIsInstalled() throws Exception {
    Installed.require("node", "--version");
    Installed.require("npm", "--version");
    Files.createDirectories(MODULES);
    for (String file : List.of("package.json", "package-lock.json", "round-trip.js")) {
      Files.copy(SOURCES.resolve(file), MODULES.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    if (!Files.exists(MODULES.resolve("node_modules/kafkajs"))) {
      StockTool.run("", MODULES, List.of("npm", "ci", "--no-audit", "--no-fund")).succeeded();
    }
  }

  @Test
  public void recordsGoRoundAndAreCommitted() {
    String topic = BrokerRule.fresh("kafkajs");
    StockTool node =
        StockTool.run(
            "", MODULES, List.of("node", "round-trip.js", kafka.bootstrapServers(), topic));
    assertEquals(
        "{\"read\":200,\"committed\":200,\"end\":200,\"state\":\"Empty\",\"partitions\":3}",
        node.succeeded().strip());
  }
}
