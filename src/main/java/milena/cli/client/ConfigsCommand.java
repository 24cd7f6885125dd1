package milena.cli.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Settings of topics, brokers and groups. */
@Command(
    name = "configs",
    description = "Shows and changes the settings of topics, brokers and groups.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    synopsisSubcommandLabel = "(show | set | unset)",
    footer = {
      "",
      "Examples:",
      "  milena configs show topic orders --all",
      "  milena configs set topic orders retention.ms=3600000 cleanup.policy=compact",
      "  milena configs set broker default log.cleaner.threads=2",
      "  milena configs unset topic orders retention.ms"
    },
    subcommands = {
      ConfigsCommand.Show.class,
      ConfigsCommand.SetThem.class,
      ConfigsCommand.Unset.class
    })
public final class ConfigsCommand extends ClusterCommandGroup {
  /** What has settings. */
  enum Kind {
    topic,
    broker,
    group
  }

  /** What the settings are of. */
  abstract static class OfResource extends ClientCommand {
    @Parameters(index = "0", paramLabel = "KIND", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Kind kind;

    @Parameters(
        index = "1",
        paramLabel = "NAME",
        description = "A topic's or group's name, a broker's id, or 'default' for all brokers.")
    private String name;

    ConfigResource resource() {
      return switch (kind) {
        case topic -> new ConfigResource(ConfigResource.Type.TOPIC, name);
        case group -> new ConfigResource(ConfigResource.Type.GROUP, name);
        case broker ->
            new ConfigResource(ConfigResource.Type.BROKER, name.equals("default") ? "" : name);
      };
    }

    String what() {
      return kind + " " + name;
    }
  }

  @Command(name = "show", description = "Shows what is set, or with --all what holds.")
  static final class Show extends OfResource {
    @Option(names = "--all", description = "Also what is not set, with its default.")
    private boolean all;

    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        Config config = admin.describeConfigs(List.of(resource())).all().get().get(resource());
        Rows rows = new Rows("name", "value", "source");
        config.entries().stream()
            .filter(e -> all || isSet(resource(), e))
            .sorted((a, b) -> a.name().compareTo(b.name()))
            .forEach(
                e ->
                    rows.add(
                        e.name(),
                        e.isSensitive() ? "(secret)" : e.value(),
                        e.source().name().toLowerCase(Locale.ROOT).replace('_', ' ')));
        if (rows.isEmpty() && !json) {
          out().println("Nothing is set for " + what() + "; --all shows the defaults.");
          out().flush();
        } else {
          show(rows);
        }
        return 0;
      }
    }
  }

  @Command(name = "set", description = "Sets settings.")
  static final class SetThem extends OfResource {
    @Parameters(index = "2..*", arity = "1..*", paramLabel = "NAME=VALUE", description = "Which.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        alter(admin, resource(), settings, List.of());
        tell("Set " + settings.keySet() + " of " + what() + ".", Map.of("set", settings));
        return 0;
      }
    }
  }

  @Command(name = "unset", description = "Takes settings back to their defaults.")
  static final class Unset extends OfResource {
    @Parameters(index = "2..*", arity = "1..*", paramLabel = "NAME", description = "Which.")
    private List<String> settings;

    @Override
    int run() throws Exception {
      try (Admin admin = admin()) {
        alter(admin, resource(), Map.of(), settings);
        tell("Unset " + settings + " of " + what() + ".", Map.of("unset", settings));
        return 0;
      }
    }
  }

  static void alter(
      Admin admin, ConfigResource resource, Map<String, String> set, Collection<String> unset)
      throws ExecutionException, InterruptedException {
    List<AlterConfigOp> changes = new ArrayList<>();
    set.forEach(
        (name, value) ->
            changes.add(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET)));
    unset.forEach(
        name ->
            changes.add(new AlterConfigOp(new ConfigEntry(name, ""), AlterConfigOp.OpType.DELETE)));
    admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
  }

  /** What is set for each of these, by name. */
  static Map<ConfigResource, Map<String, String>> overridden(
      Admin admin, Collection<ConfigResource> resources)
      throws ExecutionException, InterruptedException {
    Map<ConfigResource, Map<String, String>> all = new HashMap<>();
    if (!resources.isEmpty()) {
      admin
          .describeConfigs(resources)
          .all()
          .get()
          .forEach(
              (resource, config) -> {
                Map<String, String> set = new TreeMap<>();
                config.entries().stream()
                    .filter(e -> isSet(resource, e))
                    .forEach(e -> set.put(e.name(), e.isSensitive() ? "(secret)" : e.value()));
                all.put(resource, set);
              });
    }
    return all;
  }

  /** For this very resource, at run time; a broker's include those for all brokers. */
  private static boolean isSet(ConfigResource resource, ConfigEntry entry) {
    return switch (entry.source()) {
      case DYNAMIC_TOPIC_CONFIG -> resource.type() == ConfigResource.Type.TOPIC;
      case DYNAMIC_GROUP_CONFIG -> resource.type() == ConfigResource.Type.GROUP;
      case DYNAMIC_BROKER_CONFIG, DYNAMIC_DEFAULT_BROKER_CONFIG ->
          resource.type() == ConfigResource.Type.BROKER;
      default -> false;
    };
  }
}
