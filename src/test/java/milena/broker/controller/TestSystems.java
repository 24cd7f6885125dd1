package milena.broker.controller;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;

/** The settings of a node's actor system, without remoting and clustering. */
final class TestSystems {

  private TestSystems() {}

  static Config config() {
    Config all = ConfigFactory.load();
    return ConfigFactory.parseString("akka.actor.provider = local")
        .withFallback(all.getConfig("milena").withOnlyPath("akka"))
        .withFallback(all)
        .resolve();
  }
}
