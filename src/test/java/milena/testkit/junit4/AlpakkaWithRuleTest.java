package milena.testkit.junit4;

import static org.junit.Assert.assertEquals;

import akka.actor.ActorSystem;
import akka.kafka.ConsumerSettings;
import akka.kafka.ProducerSettings;
import akka.kafka.Subscriptions;
import akka.kafka.javadsl.Consumer;
import akka.kafka.javadsl.Producer;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.testkit.javadsl.TestKit;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.After;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** How the test of a program that uses Alpakka Kafka gets its broker. */
public class AlpakkaWithRuleTest extends JUnitSuite {
  @ClassRule public static final MilenaRule BROKER = new MilenaRule().topic("numbers", 1);

  private final ActorSystem system =
      ActorSystem.create(
          "program",
          ConfigFactory.parseString("akka.actor.provider = local, akka.loglevel = WARNING")
              .withFallback(ConfigFactory.load()));

  @After
  public void stopTheProgram() {
    TestKit.shutdownActorSystem(system);
  }

  @Test
  public void aStreamReadsWhatAStreamWrote() throws Exception {
    List<String> numbers = List.of("1", "2", "3");
    Source.from(numbers)
        .map(number -> new ProducerRecord<String, String>("numbers", number))
        .runWith(
            Producer.plainSink(
                ProducerSettings.create(system, new StringSerializer(), new StringSerializer())
                    .withBootstrapServers(BROKER.bootstrapServers())),
            system)
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
    List<String> read =
        Consumer.plainSource(
                ConsumerSettings.create(system, new StringDeserializer(), new StringDeserializer())
                    .withBootstrapServers(BROKER.bootstrapServers())
                    .withGroupId("readers")
                    .withProperty("auto.offset.reset", "earliest"),
                Subscriptions.topics("numbers"))
            .take(numbers.size())
            .map(ConsumerRecord::value)
            .runWith(Sink.seq(), system)
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
    assertEquals(numbers, read);
  }
}
