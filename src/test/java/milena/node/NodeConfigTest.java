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
  public void aBrokerAloneIsReachedWhereBrokersTalk() {
    Map<String, String> settings = brokerOnly();
    settings.put("milena.remote.port", "7777");
    NodeSystem.Remoting remoting = NodeConfig.of(Settings.of(settings)).remoting();
    assertEquals("localhost", remoting.host());
    assertEquals("0.0.0.0", remoting.bindHost());
    assertEquals(7777, remoting.port());
  }

  @Test
  public void refusesRolesThatDoNotFitTheListenersOrTheVoters() {
    Map<String, String> listens = brokerOnly();
    listens.put("listeners", "PLAINTEXT://:9092,CONTROLLER://:9093");
    refuses(listens, "only a broker");
    Map<String, String> votes = brokerOnly();
    votes.put("controller.quorum.voters", "1@h:9093");
    refuses(votes, "does not make it a controller");
    Map<String, String> unnamed = brokerOnly();
    unnamed.remove("controller.listener.names");
    refuses(unnamed, "controller.listener.names");
    refuses("process.roles", "controller", "only a controller");
    refuses("process.roles", "", "process.roles");
  }

  @Test
  public void bootstrapServersAloneServeForASingleController() {
    String name = "controller.quorum.bootstrap.servers";
    NodeConfig.of(Settings.of(with(name, "127.0.0.1:9093")));
    refuses(name, "a:9093,b:9093,c:9093", "names 3 controllers");
    refuses(name, "localhost:9999", "names another node");
    Map<String, String> follower = brokerOnly();
    follower.remove("controller.quorum.voters");
    follower.put(name, "elsewhere:9093");
    NodeConfig.of(Settings.of(follower));
    follower.put(name, "elsewhere:9093,there:9093");
    refuses(follower, "controller.quorum.voters");
  }

  private static Map<String, String> brokerOnly() {
    Map<String, String> settings = new HashMap<>(SHIPPED);
    settings.put("process.roles", "broker");
    settings.put("listeners", "PLAINTEXT://:9092");
    settings.put("advertised.listeners", "PLAINTEXT://localhost:9092");
    settings.put("controller.quorum.voters", "7@localhost:9093");
    return settings;
  }

  private static void refuses(Map<String, String> settings, String because) {
    CannotStart refusal =
        Assert.assertThrows(CannotStart.class, () -> NodeConfig.of(Settings.of(settings)));
    assertTrue(refusal.getMessage(), refusal.getMessage().contains(because));
    assertTrue(refusal.getMessage(), !refusal.getMessage().contains("\n"));
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
    refuses(with(name, value), because);
  }

  private static Map<String, String> with(String name, String value) {
    Map<String, String> settings = new HashMap<>(SHIPPED);
    settings.put(name, value);
    return settings;
  }
}
