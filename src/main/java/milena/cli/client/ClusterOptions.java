package milena.cli.client;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Option;

/** Where the cluster is and how to speak with it: the same for every command. */
final class ClusterOptions {
  @Option(
      names = {"-b", "--bootstrap"},
      paramLabel = "HOST:PORT[,...]",
      defaultValue = "${env:MILENA_BOOTSTRAP:-127.0.0.1:9092}",
      description = "Any nodes of the cluster (default $MILENA_BOOTSTRAP or 127.0.0.1:9092).")
  String bootstrap;

  @Option(
      names = "--client-config",
      paramLabel = "FILE",
      description = "More settings of Kafka's clients (TLS, SASL ...), as a properties file.")
  private Path file;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long to wait for an answer (default ${DEFAULT-VALUE}).")
  int timeoutSeconds;

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
    all.put("bootstrap.servers", bootstrap);
    all.putIfAbsent("client.id", "milena-cli");
    String timeoutMs = Integer.toString(Math.multiplyExact(timeoutSeconds, 1000));
    all.putIfAbsent("default.api.timeout.ms", timeoutMs);
    all.putIfAbsent("request.timeout.ms", timeoutMs);
    return all;
  }

  Admin admin() {
    return Admin.create(properties());
  }
}
