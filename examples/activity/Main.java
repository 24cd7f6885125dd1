import akka.actor.ActorSystem;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import milena.streams.Brokers;
import milena.streams.ConsumerSettings;
import milena.streams.ProducerSettings;
import milena.streams.Subscriptions;
import milena.streams.javadsl.Consumer;
import milena.streams.javadsl.Producer;
import milena.testkit.DisposableBroker;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Counts clicks per user and window, from one topic into another. */
public final class Main {
  private static final int CLICKS = 5_000;
  private static final long MS_BETWEEN_CLICKS = 20;
  private static final TopicPartition COUNTS = new TopicPartition("activity", 0);

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    ActorSystem system =
        ActorSystem.create(
            "activity",
            ConfigFactory.parseString("akka.actor.provider = local, akka.loglevel = ERROR")
                .withFallback(ConfigFactory.load()));
    try (DisposableBroker broker =
        DisposableBroker.with().topic("clicks", 1).topic("activity", 1).start()) {
      Brokers brokers = broker.node().brokers();
      Source.from(clicks())
          .runWith(Producer.plainSink(producing(brokers)), system)
          .toCompletableFuture()
          .get(180, TimeUnit.SECONDS);
      Windows windows = new Windows();
      int written =
          Consumer.plainSource(
                  consuming(brokers),
                  Subscriptions.assignmentWithOffset(new TopicPartition("clicks", 0), 0L))
              .take(CLICKS)
              .mapConcat(click -> windows.click(click.key(), click.timestamp()))
              .concat(Source.lazySource(() -> Source.from(windows.rest())))
              .map(Main::record)
              .alsoTo(Producer.plainSink(producing(brokers)))
              .runWith(Sink.seq(), system)
              .toCompletableFuture()
              .get(180, TimeUnit.SECONDS)
              .size();
      List<String> read =
          Consumer.plainSource(consuming(brokers), Subscriptions.assignmentWithOffset(COUNTS, 0L))
              .take(written)
              .map(count -> count.key() + " " + count.value())
              .runWith(Sink.seq(), system)
              .toCompletableFuture()
              .get(180, TimeUnit.SECONDS);
      read.stream().limit(5).forEach(System.out::println);
      System.out.println("...");
      int counted =
          read.stream().mapToInt(c -> Integer.parseInt(c.substring(c.lastIndexOf(' ') + 1))).sum();
      System.out.printf(
          "%d clicks counted in %d windows of users, %d came too late.%n",
          counted, read.size(), windows.late());
    } finally {
      system.terminate();
    }
    System.exit(0);
  }

  private static ProducerRecord<String, String> record(Windows.Count count) {
    return new ProducerRecord<>(
        COUNTS.topic(),
        COUNTS.partition(),
        (Long) count.startMs(),
        count.user() + "@" + count.startMs(),
        "" + count.clicks());
  }

  /** One every few milliseconds, some of them out of order, a few too late. */
  private static List<ProducerRecord<String, String>> clicks() {
    Random random = new Random(5);
    long start = System.currentTimeMillis() - CLICKS * MS_BETWEEN_CLICKS;
    return IntStream.range(0, CLICKS)
        .mapToObj(
            i -> {
              long time = start + i * MS_BETWEEN_CLICKS - random.nextInt(1_500);
              long heldUp = random.nextInt(500) == 0 ? 30_000 : 0;
              return new ProducerRecord<>(
                  "clicks", 0, (Long) (time - heldUp), "user-" + random.nextInt(8), "/page/" + i);
            })
        .toList();
  }

  private static ProducerSettings<String, String> producing(Brokers brokers) {
    return ProducerSettings.create(brokers, new StringSerializer(), new StringSerializer());
  }

  private static ConsumerSettings<String, String> consuming(Brokers brokers) {
    return ConsumerSettings.create(brokers, new StringDeserializer(), new StringDeserializer());
  }
}
