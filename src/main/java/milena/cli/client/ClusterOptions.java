package milena.cli.client;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Option;

/**
 * Where the cluster is and how to speak with it: the same for every command. What a verb is not
 * told, its noun may have been: {@code milena topics -b host:9092 list}.
 */
final class ClusterOptions {
  @Option(
      names = {"-b", "--bootstrap"},
      paramLabel = "HOST:PORT[,...]",
      description = "Any nodes of the cluster (default $MILENA_BOOTSTRAP or 127.0.0.1:9092).")
  private String bootstrap;

  @Option(
      names = "--client-config",
      paramLabel = "FILE",
      description = "More settings of Kafka's clients (TLS, SASL ...), as a properties file.")
  private Path file;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "How long to wait for an answer (default 30).")
  private Integer timeoutSeconds;

  /** Takes from the noun's options what was not given with the verb. */
  void complete(ClusterOptions noun) {
    bootstrap = bootstrap == null ? noun.bootstrap : bootstrap;
    file = file == null ? noun.file : file;
    timeoutSeconds = timeoutSeconds == null ? noun.timeoutSeconds : timeoutSeconds;
  }

  String bootstrap() {
    return bootstrap == null
        ? System.getenv().getOrDefault("MILENA_BOOTSTRAP", "127.0.0.1:9092")
        : bootstrap;
  }

  int timeoutSeconds() {
    return timeoutSeconds == null ? 30 : timeoutSeconds;
  }

  /** What every client starts from. */
  Properties properties() {
    Properties all = new Properties();
    if (file != null) {
      try (Reader reader = Files.newBufferedReader(file)) {
        all.load(reader);
      } catch (IOException e) {
        throw new Complaint("The client settings in " + file + " can't be read: " + e.getMessage());
      }
    }
    all.put("bootstrap.servers", bootstrap());
    all.putIfAbsent("client.id", "milena-cli");
    String timeoutMs = Integer.toString(Math.multiplyExact(timeoutSeconds(), 1000));
    all.putIfAbsent("default.api.timeout.ms", timeoutMs);
    all.putIfAbsent("request.timeout.ms", timeoutMs);
    return all;
  }

  Admin admin() {
    return Admin.create(properties());
  }
}
