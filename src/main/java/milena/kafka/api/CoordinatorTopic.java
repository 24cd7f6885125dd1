package milena.kafka.api;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import milena.broker.controller.Controller;
import milena.common.Outcome;
import milena.metadata.NewTopic;
import milena.metadata.TopicImage;
import org.apache.kafka.common.protocol.Errors;

/**
 * The topic that coordinators keep their state in: made when somebody first looks for a
 * coordinator, once for all who look at the same time.
 */
public final class CoordinatorTopic {
  private static final int TIMEOUT_MS = 5_000;

  private final NewTopic topic;
  private final ControllerAsk controller;
  private final TopicReadiness readiness;
  private final ImageWaits images;
  private final AtomicReference<CompletableFuture<Void>> making = new AtomicReference<>();

  public CoordinatorTopic(
      NewTopic topic, ControllerAsk controller, ImageWaits images, TopicReadiness readiness) {
    this.topic = topic;
    this.controller = controller;
    this.images = images;
    this.readiness = readiness;
  }

  String name() {
    return topic.name();
  }

  /** Completes when the topic is ready for use, or making it has failed, or took too long. */
  CompletionStage<Void> make() {
    CompletableFuture<Void> fresh = new CompletableFuture<>();
    CompletableFuture<Void> underWay = making.compareAndExchange(null, fresh);
    if (underWay != null) {
      return underWay;
    }
    controller
        .<Controller.TopicsCreated>ask(
            TIMEOUT_MS, replyTo -> new Controller.CreateTopics(List.of(topic), false, replyTo))
        .thenCompose(made -> mayExist(made) ? ready() : GroupAccess.done(null))
        .whenComplete(
            (ready, failure) -> {
              making.set(null);
              fresh.complete(null);
            });
    return fresh;
  }

  private static boolean mayExist(Controller.TopicsCreated made) {
    Outcome outcome = made.topics().get(0).outcome();
    return outcome.ok() || outcome.toError() == Errors.TOPIC_ALREADY_EXISTS;
  }

  /** Whoever made it. */
  private CompletionStage<Void> ready() {
    return images
        .until(image -> image.topic(topic.name()) != null)
        .completeOnTimeout(null, TIMEOUT_MS, TimeUnit.MILLISECONDS)
        .thenCompose(
            image -> {
              TopicImage made = image == null ? null : image.topic(topic.name());
              return made == null
                  ? GroupAccess.done(null)
                  : readiness.await(Map.of(made.id(), made.partitions().size()), TIMEOUT_MS);
            });
  }
}
