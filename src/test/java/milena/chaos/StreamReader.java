package milena.chaos;

import akka.actor.ActorSystem;
import akka.stream.javadsl.Sink;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import milena.streams.CommitterSettings;
import milena.streams.ConsumerMessage.CommittableMessage;
import milena.streams.ConsumerMessage.CommittableOffset;
import milena.streams.ConsumerSettings;
import milena.streams.MilenaClient;
import milena.streams.Subscriptions;
import milena.streams.javadsl.Committer;
import milena.streams.javadsl.Consumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A program that joins a cluster and reads a topic for a group, until it is killed. Each record is
 * a line of its output, which is there before the offset is committed.
 *
 * <pre>java ... milena.chaos.StreamReader members topic group</pre>
 */
public final class StreamReader {
  private StreamReader() {}

  public static void main(String[] args) {
    MilenaClient client = MilenaClient.join(args[0]);
    ActorSystem system =
        ActorSystem.create(
            "reader",
            ConfigFactory.parseString("akka.actor.provider = local, akka.loglevel = WARNING")
                .withFallback(ConfigFactory.load()));
    ConsumerSettings<String, String> settings =
        ConsumerSettings.create(
                client.brokers(), new StringDeserializer(), new StringDeserializer())
            .withGroupId(args[2])
            .withProperty("auto.offset.reset", "earliest")
            .withProperty("session.timeout.ms", "2000")
            .withProperty("heartbeat.interval.ms", "200");
    Consumer.committableSource(settings, Subscriptions.topics(args[1]))
        .map(StreamReader::tell)
        .via(
            Committer.flow(
                CommitterSettings.create().withMaxBatch(50).withMaxInterval(Duration.ofMillis(50))))
        .runWith(Sink.ignore(), system)
        .whenComplete(
            (done, failure) -> {
              System.out.println("ended " + failure);
              System.exit(1);
            });
  }

  /** In the stream itself, and not beside it: what is committed has been told. */
  private static CommittableOffset tell(CommittableMessage<String, String> message) {
    System.out.println("read " + message.record().value());
    return message.committableOffset();
  }
}
