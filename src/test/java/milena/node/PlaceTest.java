package milena.node;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import milena.metadata.BrokerImage.Endpoint;
import org.junit.Assert;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** What a node makes of Kafka's KRaft settings. */
public class PlaceTest extends JUnitSuite {

  /** The settings of the server.properties that Kafka ships, without what is not about a place. */
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
    Place place = Place.of(SHIPPED);
    assertEquals(1, place.nodeId());
    assertTrue(place.broker() && place.controller());
    assertEquals(List.of(new Place.Listener("PLAINTEXT", "", 9092)), place.listeners());
    assertEquals(
        Map.of("PLAINTEXT", new Endpoint("localhost", 9092, "PLAINTEXT")), place.advertised());
    assertEquals("PLAINTEXT", place.interBrokerListener());
    assertEquals(9093, place.remoting().port());
    assertEquals("0.0.0.0", place.remoting().bindHost());
    assertEquals(List.of(Path.of("/tmp/kraft-combined-logs")), place.logDirs());
    assertEquals(Path.of("/tmp/kraft-combined-logs"), place.metadataDir());
    assertEquals(Optional.empty(), place.rack());
  }

  @Test
  public void remotingIsReachedWhereTheVotersSay() {
    Place place = Place.of(with("controller.quorum.voters", "1@10.0.0.7:9093"));
    assertEquals("10.0.0.7", place.remoting().host());
    assertEquals("0.0.0.0", place.remoting().bindHost());
  }

  @Test
  public void listenersKnowIpv6AndFreePorts() {
    assertEquals(
        List.of(new Place.Listener("A", "::1", 0), new Place.Listener("B", "h.example", 65535)),
        Place.parseListeners("listeners", "a://[::1]:0 , B://h.example:65535"));
  }

  @Test
  public void refusesWhatDoesNotFitTogether() {
    refuses("process.roles", "king", "process.roles");
    refuses("node.id", "x", "node.id");
    refuses("listeners", "PLAINTEXT://:9092", "controller.listener.names");
    refuses("listeners", "CONTROLLER://:9093", "on a broker");
    refuses("listeners", "PLAINTEXT:9092", "NAME://host:port");
    refuses("listeners", "PLAINTEXT://:99999,CONTROLLER://:1", "NAME://host:port");
    refuses("advertised.listeners", "PLAINTEXT://0.0.0.0:9092", "nobody can dial");
    refuses("advertised.listeners", "OTHER://h:9092", "none of the listeners");
    refuses("inter.broker.listener.name", "OTHER", "none of the advertised");
    refuses("controller.quorum.voters", "2@h:9093", "does not hold");
    refuses("controller.quorum.voters", "1@h:9093,2@h:9093", "not served yet");
    refuses("process.roles", "broker", "must not hold CONTROLLER");
    refuses("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:SSL", "SSL");
    refuses("log.dirs", "/a,/a", "none twice");
  }

  private static void refuses(String name, String value, String because) {
    CannotStart refusal = Assert.assertThrows(CannotStart.class, () -> Place.of(with(name, value)));
    assertTrue(refusal.getMessage(), refusal.getMessage().contains(because));
  }

  private static Map<String, String> with(String name, String value) {
    Map<String, String> settings = new HashMap<>(SHIPPED);
    settings.put(name, value);
    return settings;
  }
}
