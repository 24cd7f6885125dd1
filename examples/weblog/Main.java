import akka.actor.ActorSystem;
import akka.stream.javadsl.Sink;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import milena.streams.ConsumerSettings;
import milena.streams.ProducerSettings;
import milena.streams.Subscriptions;
import milena.streams.javadsl.Consumer;
import milena.streams.javadsl.Producer;
import milena.testkit.DisposableBroker;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Follows a log file into a topic, and counts what is in it. */
public final class Main {
  private static final int LINES = 1_000;

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    Path file = arguments.length > 0 ? Path.of(arguments[0]) : Files.createTempFile("web", ".log");
    ActorSystem system =
        ActorSystem.create(
            "weblog",
            ConfigFactory.parseString("akka.actor.provider = local, akka.loglevel = ERROR")
                .withFallback(ConfigFactory.load()));
    try (DisposableBroker broker = DisposableBroker.with().topic("weblog", 3).start()) {
      if (arguments.length == 0) {
        Thread server = new Thread(() -> serve(file), "web-server");
        server.setDaemon(true);
        server.start();
      }
      Tail.of(file)
          .map(line -> new ProducerRecord<>("weblog", line.split(" ")[0], line))
          .runWith(
              Producer.plainSink(
                  ProducerSettings.create(
                      broker.node().brokers(), new StringSerializer(), new StringSerializer())),
              system);
      Map<String, Integer> byStatus =
          Consumer.plainSource(
                  ConsumerSettings.create(
                          broker.node().brokers(),
                          new StringDeserializer(),
                          new StringDeserializer())
                      .withGroupId("counters")
                      .withProperty("auto.offset.reset", "earliest"),
                  Subscriptions.topics("weblog"))
              .map(record -> record.value().substring(record.value().lastIndexOf(' ') + 1))
              .take(arguments.length == 0 ? LINES : Long.MAX_VALUE)
              .scan(new TreeMap<String, Integer>(), Main::count)
              .runWith(Sink.last(), system)
              .toCompletableFuture()
              .get(arguments.length == 0 ? 180 : Long.MAX_VALUE, TimeUnit.SECONDS);
      byStatus.forEach((status, count) -> System.out.println(status + ": " + count));
      System.out.println(
          byStatus.values().stream().mapToInt(Integer::intValue).sum() + " lines counted.");
    } finally {
      system.terminate();
    }
    System.exit(0);
  }

  private static TreeMap<String, Integer> count(TreeMap<String, Integer> counts, String status) {
    TreeMap<String, Integer> next = new TreeMap<>(counts);
    next.merge(status, 1, Integer::sum);
    return next;
  }

  /** Writes lines in pieces, as servers do. */
  private static void serve(Path file) {
    Random random = new Random(3);
    List<String> statuses = List.of("200", "200", "200", "304", "404", "500");
    try {
      for (int i = 0; i < LINES; i++) {
        String line =
            "10.0.0.%d GET /page/%d %s%n"
                .formatted(random.nextInt(20), i, statuses.get(random.nextInt(statuses.size())));
        int half = random.nextInt(line.length());
        Files.writeString(file, line.substring(0, half), StandardOpenOption.APPEND);
        Files.writeString(file, line.substring(half), StandardOpenOption.APPEND);
        TimeUnit.MILLISECONDS.sleep(1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
