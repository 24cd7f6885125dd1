package milena.cli.client;

import picocli.CommandLine.Mixin;

/** A noun of the cluster: where that is may be said before the verb, too. */
abstract class ClusterCommandGroup extends CommandGroup {
  @Mixin ClusterOptions cluster;
}
