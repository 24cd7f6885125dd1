package milena.node;

import akka.actor.BootstrapSetup;
import akka.actor.setup.ActorSystemSetup;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import milena.broker.coordinator.PartitionJournal;

/** Starts the actor system of a node; each node has one of its own, named {@code milena}. */
final class NodeSystem {
  static final String NAME = "milena";

  /** Every node that hosts replicas and coordinators has it; see also {@link PinnedShards#role}. */
  static final String BROKER_ROLE = "broker";

  private NodeSystem() {}

  /**
   * @param config everything under {@code milena}, with its defaults
   * @param remoting where Akka's remoting binds and how other nodes reach it
   * @param roles the node's roles in the Akka cluster
   */
  static <T> ActorSystem<T> start(
      Behavior<T> guardian, Config config, Remoting remoting, List<String> roles) {
    Config own =
        ConfigFactory.parseMap(
            Map.of(
                "akka.remote.artery.canonical.hostname", remoting.host(),
                "akka.remote.artery.canonical.port", remoting.port(),
                "akka.remote.artery.bind.hostname", remoting.bindHost(),
                "akka.remote.artery.bind.port", remoting.port(),
                "akka.cluster.roles", roles),
            "this node's place");
    Config whole =
        own.withFallback(config.getConfig("milena").withOnlyPath("akka"))
            .withFallback(PartitionJournal.config())
            .withFallback(ConfigFactory.empty().withValue("milena", config.getValue("milena")))
            .withFallback(LibraryDefaults.read())
            .resolve();
    return ActorSystem.create(
        guardian,
        NAME,
        ActorSystemSetup.create(
            BootstrapSetup.create(Serializers.onlyUsed(whole))
                .withClassloader(LibraryDefaults.loader())));
  }

  /**
   * @param host what other nodes dial
   * @param bindHost the interface to listen on
   * @param port 0 for a free one
   */
  record Remoting(String host, String bindHost, int port) {}
}
