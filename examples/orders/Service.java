import akka.Done;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.PreRestart;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import milena.streams.Brokers;
import milena.streams.CommitterSettings;
import milena.streams.ConsumerMessage.Committable;
import milena.streams.ConsumerSettings;
import milena.streams.ProducerMessage;
import milena.streams.ProducerSettings;
import milena.streams.Subscriptions;
import milena.streams.javadsl.Consumer;
import milena.streams.javadsl.Consumer.DrainingControl;
import milena.streams.javadsl.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A service: reads a topic as a group of its own name, hands each event to a function, writes what
 * it answers, and commits after that. When it dies, its supervisor starts it again, and it goes on
 * from its last commit.
 */
final class Service {
  /** What one can tell a service. */
  sealed interface Command {}

  /** Fall over, as programs do. */
  record Die() implements Command {}

  /** The stream has ended by itself: so does the service, to be started again. */
  private record StreamEnded(Object stream, Throwable cause) implements Command {}

  private Service() {}

  /**
   * @param answersTo the topic that the answers go to
   */
  static Behavior<Command> create(
      Brokers brokers,
      String name,
      String topic,
      String answersTo,
      Function<Event, List<Event>> work) {
    Behavior<Command> service =
        Behaviors.setup(
            context -> {
              DrainingControl<Done> stream =
                  Consumer.committableSource(
                          ConsumerSettings.create(
                                  brokers, new StringDeserializer(), new StringDeserializer())
                              .withGroupId(name)
                              .withProperty("auto.offset.reset", "earliest"),
                          Subscriptions.topics(topic))
                      .map(
                          message ->
                              ProducerMessage.<String, String, Committable>multi(
                                  work.apply(Event.parse(message.record().value())).stream()
                                      .map(e -> record(answersTo, e))
                                      .toList(),
                                  message.committableOffset()))
                      .toMat(
                          Producer.committableSink(
                              ProducerSettings.create(
                                  brokers, new StringSerializer(), new StringSerializer()),
                              CommitterSettings.create().withMaxBatch(10)),
                          Consumer::createDrainingControl)
                      .run(context.getSystem());
              context.pipeToSelf(
                  stream.streamCompletion(), (done, cause) -> new StreamEnded(stream, cause));
              return Behaviors.receive(Command.class)
                  .onMessage(
                      Die.class,
                      die -> {
                        throw new IllegalStateException(name + " falls over");
                      })
                  .onMessage(
                      StreamEnded.class,
                      ended -> {
                        // The stream of a former life has been told to end, and does so later.
                        if (ended.stream() != stream) {
                          return Behaviors.same();
                        }
                        throw new IllegalStateException(name + "'s stream ended", ended.cause());
                      })
                  .onSignal(
                      PreRestart.class,
                      signal -> {
                        // Nothing is drained: what was not committed comes again.
                        stream.shutdown();
                        return Behaviors.same();
                      })
                  .onSignal(
                      PostStop.class,
                      signal -> {
                        stream.shutdown();
                        return Behaviors.same();
                      })
                  .build();
            });
    return Behaviors.supervise(service)
        .onFailure(
            SupervisorStrategy.restartWithBackoff(Duration.ofMillis(50), Duration.ofSeconds(1), 0.2)
                .withLoggingEnabled(false));
  }

  static ProducerRecord<String, String> record(String topic, Event event) {
    return new ProducerRecord<>(topic, event.order(), event.line());
  }
}
