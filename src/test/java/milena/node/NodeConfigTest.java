package milena.node;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.Assert;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** What a node makes of its settings. */
public class NodeConfigTest extends JUnitSuite {

  /** The server.properties that Kafka ships, without what is not about a place. */
  private static final Map<String, String> SHIPPED =
      Map.of(
          "process.roles", "broker,controller",
          "node.id", "1",
          "controller.quorum.bootstrap.servers", "localhost:9093",
          "listeners", "PLAINTEXT://:9092,CONTROLLER://:9093",
          "inter.broker.listener.name", "PLAINTEXT",
          "advertised.listeners", "PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093",
          "controller.listener.names", "CONTROLLER",
          "listener.security.protocol.map",
              "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT",
          "log.dirs", "/tmp/kraft-combined-logs");

  @Test
  public void readsWhatKafkaShips() {
    NodeConfig config = NodeConfig.of(Settings.of(SHIPPED));
    assertEquals(1, config.broker().nodeId());
    assertEquals(
        List.of(Path.of("/tmp/kraft-combined-logs")), config.broker().directories().logs());
    assertEquals("0.0.0.0", config.remoting().bindHost());
    assertEquals(9093, config.remoting().port());
    assertEquals(Duration.ofSeconds(30), config.stopTimeout());
  }

  @Test
  public void remotingIsReachedWhereTheVotersSay() {
    NodeConfig config =
        NodeConfig.of(Settings.of(with("controller.quorum.voters", "1@10.0.0.7:9093")));
    assertEquals("10.0.0.7", config.remoting().host());
    assertEquals("0.0.0.0", config.remoting().bindHost());
  }

  @Test
  public void refusesInOneLineWhatIsWrongOrNotServed() {
    refuses("process.roles", "king", "process.roles");
    refuses("node.id", "x", "node.id");
    refuses("listeners", "PLAINTEXT:9092,CONTROLLER://:9093", "PLAINTEXT:9092");
    refuses("controller.quorum.voters", "2@h:9093,3@h:9093", "must be among the voters");
    refuses("num.partitions", "0", "num.partitions");
    refuses("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:SSL", "SSL");
  }

  private static void refuses(String name, String value, String because) {
    CannotStart refusal =
        Assert.assertThrows(CannotStart.class, () -> NodeConfig.of(Settings.of(with(name, value))));
    assertTrue(refusal.getMessage(), refusal.getMessage().contains(because));
    assertTrue(refusal.getMessage(), !refusal.getMessage().contains("\n"));
  }

  private static Map<String, String> with(String name, String value) {
    Map<String, String> settings = new HashMap<>(SHIPPED);
    settings.put(name, value);
    return settings;
  }
}
