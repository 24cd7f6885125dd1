package milena.cli.client;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that asks a cluster something and shows the answer. */
@Command(
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:could not be done, or not all is well",
      "2:a mistake in the command"
    })
abstract class ClientCommand implements Callable<Integer> {
  /** As Kafka's producer says it, when it has waited in vain for the partition to come about. */
  private static final Pattern NO_PARTITION =
      Pattern.compile("Partition (\\d+) of topic (\\S+) with partition count (\\d+)");

  @Mixin ClusterOptions cluster;

  @Option(names = "--json", description = "Answer in JSON, for programs.")
  boolean json;

  @Spec CommandSpec spec;

  @Override
  public final Integer call() throws Exception {
    // The client's own log would tell of each retry; what comes of it is told in one line.
    ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.OFF);
    json |= CommandGroup.isJson(spec);
    if (spec.parent().userObject() instanceof ClusterCommandGroup noun) {
      cluster.complete(noun.cluster);
    }
    try {
      return run();
    } catch (ExecutionException | CompletionException e) {
      throw complaint(e.getCause());
    } catch (KafkaException e) {
      throw complaint(e);
    }
  }

  /** Does the work; gives the exit code. */
  abstract int run() throws Exception;

  Admin admin() {
    return cluster.admin();
  }

  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** Shows rows as a table, or as a JSON list. */
  void show(Rows rows) {
    if (json) {
      showJson(rows.asMaps());
    } else {
      rows.print(out());
    }
  }

  void showJson(Object answer) {
    out().println(Json.pretty(answer));
    out().flush();
  }

  /** Says what was done: a sentence for people, {@code answer} for programs. */
  void tell(String sentence, Map<String, ?> answer) {
    if (json) {
      showJson(answer);
    } else {
      out().println(sentence);
      out().flush();
    }
  }

  static Complaint noPartition(String partition, String topic, String count) {
    return new Complaint(
        "There is no partition %s of %s: it has %s, and they count from 0."
            .formatted(partition, topic, count));
  }

  private Complaint complaint(Throwable failure) {
    Matcher missing = NO_PARTITION.matcher(String.valueOf(failure.getMessage()));
    if (missing.find()) {
      return noPartition(missing.group(1), missing.group(2), missing.group(3));
    }
    if (failure instanceof UnknownTopicOrPartitionException) {
      return new Complaint("There is no such topic.");
    }
    if (failure instanceof TimeoutException) {
      return new Complaint(
          "No answer from "
              + cluster.bootstrap()
              + " within "
              + cluster.timeoutSeconds()
              + " s: is the cluster up and the address right? ("
              + failure.getMessage()
              + ")");
    }
    if (failure instanceof UnsupportedVersionException) {
      return new Complaint("The cluster does not serve this: " + failure.getMessage());
    }
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return new Complaint(message == null ? root.getClass().getSimpleName() : message);
  }
}
