package milena.common.config;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import milena.common.config.BrokerConfig.Role;
import milena.common.config.ListenersConfig.Listener;
import milena.common.config.QuorumConfig.Address;
import milena.common.config.QuorumConfig.Voter;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.Assert;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class BrokerConfigTest extends JUnitSuite {

  /** The settings that Kafka 4.3.1's stock config/server.properties makes. */
  private static final Map<String, String> STOCK =
      settings(
          "process.roles=broker,controller",
          "node.id=1",
          "controller.quorum.bootstrap.servers=localhost:9093",
          "listeners=PLAINTEXT://:9092,CONTROLLER://:9093",
          "inter.broker.listener.name=PLAINTEXT",
          "advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093",
          "controller.listener.names=CONTROLLER",
          "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,"
              + "SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL",
          "num.network.threads=3",
          "num.io.threads=8",
          "socket.send.buffer.bytes=102400",
          "socket.receive.buffer.bytes=102400",
          "socket.request.max.bytes=104857600",
          "log.dirs=/tmp/kraft-combined-logs",
          "num.partitions=1",
          "num.recovery.threads.per.data.dir=1",
          "offsets.topic.replication.factor=1",
          "share.coordinator.state.topic.replication.factor=1",
          "share.coordinator.state.topic.min.isr=1",
          "transaction.state.log.replication.factor=1",
          "transaction.state.log.min.isr=1",
          "log.retention.hours=168",
          "log.segment.bytes=1073741824",
          "log.retention.check.interval.ms=300000");

  @Test
  public void readsTheStockConfiguration() {
    BrokerConfig.Parsed parsed = BrokerConfig.parse(STOCK);
    assertEquals(List.of(), parsed.warnings());
    assertEquals(
        List.of(
            "num.recovery.threads.per.data.dir",
            "share.coordinator.state.topic.min.isr",
            "share.coordinator.state.topic.replication.factor"),
        parsed.idle().stream().map(Setting::name).toList());
    BrokerConfig config = parsed.config();
    assertEquals(1, config.nodeId());
    assertEquals(Set.of(Role.BROKER, Role.CONTROLLER), config.roles());
    assertEquals(List.of(plaintext("", 9092)), config.listeners().forClients());
    assertEquals("PLAINTEXT", config.listeners().interBroker());
    assertEquals(
        Map.of("PLAINTEXT", plaintext("localhost", 9092)),
        config.listeners().toAdvertise(Map.of("PLAINTEXT", 9092), "here"));
    assertEquals(List.of(new Address("localhost", 9093)), config.quorum().bootstrap());
    assertEquals(List.of(), config.quorum().voters());
    Path logs = Path.of("/tmp/kraft-combined-logs");
    assertEquals(new BrokerConfig.Directories(List.of(logs), logs), config.directories());
    assertEquals(1, config.offsets().topic().replicationFactor());
    assertEquals(50, config.offsets().topic().partitions());
    assertEquals(LogConfig.DEFAULT, config.logConfig(Map.of()));
  }

  @Test
  public void readsVotersAndAddressesWithoutAName() {
    BrokerConfig config =
        BrokerConfig.parse(
                with(
                    STOCK,
                    "controller.quorum.voters=2@b:9093,1@[::1]:9093",
                    "listeners=PLAINTEXT://[::1]:0,CONTROLLER://:9093",
                    "advertised.listeners"))
            .config();
    assertEquals(
        List.of(new Voter(1, new Address("::1", 9093)), new Voter(2, new Address("b", 9093))),
        config.quorum().voters());
    assertEquals(
        Map.of("PLAINTEXT", plaintext("::1", 4711)),
        config.listeners().toAdvertise(Map.of("PLAINTEXT", 4711), "here"));
  }

  @Test
  public void saysInOneLineWhatIsWrong() {
    refused("process.roles is not given: ", "process.roles");
    refused("node.id is not given: ", "node.id");
    refused("node.id: Invalid value -1", "node.id=-1");
    refused("node.id: broker.id says 7, node.id says 1", "broker.id=7");
    refused("controller.listener.names: a controller must have", "controller.listener.names=X");
    refused("controller.listener.names: a node that is only a broker", "process.roles=broker");
    refused("listeners: a node that is only a controller", "process.roles=controller");
    refused(
        "advertised.listeners: PLAINTEXT://0.0.0.0:9092 can't be",
        "advertised.listeners=PLAINTEXT://0.0.0.0:9092");
    refused(
        "advertised.listeners: OTHER is not among",
        "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,OTHER:PLAINTEXT",
        "advertised.listeners=OTHER://a:1");
    refused(
        "advertised.listeners: must be given",
        "advertised.listeners",
        "listeners=PLAINTEXT://0.0.0.0:9092,CONTROLLER://:9093");
    refused("listeners: 'PLAINTEXT:9092' is not", "listeners=PLAINTEXT:9092,CONTROLLER://:9093");
    refused(
        "listeners: no security protocol is given for listener FOO",
        "listeners=FOO://:9092,CONTROLLER://:9093");
    refused(
        "listeners: listener SASL_SSL asks for SASL_SSL",
        "listeners=PLAINTEXT://:9092,SASL_SSL://:9094,CONTROLLER://:9093");
    refused(
        "listeners: each listener must have a port of its own",
        "listeners=PLAINTEXT://:9093,CONTROLLER://:9093");
    refused(
        "controller.quorum.voters: a controller must be among",
        "controller.quorum.voters=2@localhost:9093");
    refused(
        "controller.quorum.voters: '1-localhost' is not id@host:port",
        "controller.quorum.voters=1-localhost");
    refused(
        "controller.quorum.voters: it or controller.quorum.bootstrap.servers",
        "controller.quorum.bootstrap.servers");
    refused(
        "inter.broker.listener.name: CONTROLLER is a controller listener",
        "inter.broker.listener.name=CONTROLLER");
    refused("inter.broker.listener.name: INSIDE is not among", "inter.broker.listener.name=INSIDE");
    refused("zookeeper.connect: there is no ZooKeeper", "zookeeper.connect=localhost:2181");
    refused(
        "remote.log.storage.system.enable: this can't be served: there is no tiered storage",
        "remote.log.storage.system.enable=true");
    refused("authorizer.class.name: this can't be served", "authorizer.class.name=a.B");
    refused("log.retention.ms: must be -1", "log.retention.ms=0");
    refused("num.partitions: Invalid value many", "num.partitions=many");
    refused("max.connections.per.ip.overrides: 'a' is not", "max.connections.per.ip.overrides=a");
    refused(
        "group.min.session.timeout.ms: must not be larger", "group.min.session.timeout.ms=2000000");
  }

  @Test
  public void warnsOfNamesItDoesNotKnow() {
    BrokerConfig.Parsed parsed =
        BrokerConfig.parse(
            with(STOCK, "num.partition=3", "listener.name.plaintext.num.io.threads=4"));
    assertEquals(
        List.of("num.partition is not a setting that Milena knows; it is ignored"),
        parsed.warnings());
    assertTrue(parsed.idle().contains(BrokerSettings.find("num.io.threads")));
  }

  @Test
  public void tellsAllProblemsAtOnce() {
    SettingsException e =
        Assert.assertThrows(
            SettingsException.class,
            () -> BrokerConfig.parse(with(STOCK, "num.partitions=0", "zookeeper.connect=x")));
    assertEquals(e.getMessage(), 2, e.problems().size());
  }

  @Test
  public void dynamicSettingsGoBeforeTheFile() {
    BrokerConfig config = BrokerConfig.parse(with(STOCK, "max.connections=10")).config();
    BrokerConfig changed =
        config.withDynamic(
            Map.of("max.connections", "20", "connections.max.idle.ms", "1", "log.roll.ms", "5"),
            Map.of("max.connections", "30", "max.connections.per.ip", "no number"));
    assertEquals(10, config.network().maxConnections());
    assertEquals(30, changed.network().maxConnections());
    assertEquals(Integer.MAX_VALUE, changed.network().maxConnectionsPerIp());
    assertEquals(5, changed.logConfig(Map.of()).segmentMs());
    assertEquals(Optional.empty(), changed.rack());
  }

  @Test
  public void leavesTheBuffersOfWhatIsSentToTheSystemUnlessToldOtherwise() {
    BrokerConfig said =
        BrokerConfig.parse(with(STOCK, "replica.socket.receive.buffer.bytes=65536")).config();
    assertEquals(102_400, said.network().sendBufferBytes());
    assertEquals(65_536, said.replication().receiveBufferBytes());
    BrokerConfig unsaid = BrokerConfig.parse(with(STOCK, "socket.send.buffer.bytes")).config();
    assertEquals(-1, unsaid.network().sendBufferBytes());
    assertEquals(-1, unsaid.replication().receiveBufferBytes());
  }

  private static void refused(String line, String... changes) {
    SettingsException e =
        Assert.assertThrows(
            line, SettingsException.class, () -> BrokerConfig.parse(with(STOCK, changes)));
    assertTrue(
        line + " not in: " + e.getMessage(),
        e.problems().stream().anyMatch(problem -> problem.startsWith(line)));
  }

  private static Listener plaintext(String host, int port) {
    return new Listener("PLAINTEXT", host, port, SecurityProtocol.PLAINTEXT);
  }

  /** The settings under these changes: name=value sets one, a bare name drops one. */
  private static Map<String, String> with(Map<String, String> settings, String... changes) {
    Map<String, String> changed = new HashMap<>(settings);
    for (String change : changes) {
      if (change.contains("=")) {
        changed.putAll(settings(change));
      } else {
        changed.remove(change);
      }
    }
    return changed;
  }

  private static Map<String, String> settings(String... lines) {
    return Arrays.stream(lines)
        .map(line -> line.split("=", 2))
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
  }
}
