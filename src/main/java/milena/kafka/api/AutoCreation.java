package milena.kafka.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import milena.broker.controller.Controller;
import milena.common.config.BrokerConfig;
import milena.metadata.CreatedTopic;
import milena.metadata.NewTopic;
import milena.metadata.SettingsInForce;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;

/**
 * Makes topics that a client asks about and that are not there yet. The answer waits a moment for
 * them, so that a client's first record need not wait for its second try; it is never held up by
 * one that takes longer.
 */
public final class AutoCreation {
  private static final int PATIENCE_MS = 1000;

  /** Why topics were not made, by name. */
  record Failures(Map<String, Errors> byName) {
    /** What a topic that is not in the image is answered with. */
    Errors of(String name) {
      return Topic.isValid(name)
          ? byName.getOrDefault(name, Errors.UNKNOWN_TOPIC_OR_PARTITION)
          : Errors.INVALID_TOPIC_EXCEPTION;
    }
  }

  static final Failures NOTHING = new Failures(Map.of());

  private final ControllerAsk controller;
  private final SettingsInForce settings;
  private final TopicReadiness readiness;

  /** Topics being made now, so that many clients asking for one make it once. */
  private final Map<String, CompletableFuture<CreatedTopic>> underWay = new ConcurrentHashMap<>();

  public AutoCreation(
      ControllerAsk controller, SettingsInForce settings, TopicReadiness readiness) {
    this.controller = controller;
    this.settings = settings;
    this.readiness = readiness;
  }

  /** Completes, never exceptionally, when the topics are ready or time is over. */
  CompletableFuture<Failures> create(Collection<String> names) {
    List<CompletableFuture<CreatedTopic>> made = new ArrayList<>();
    List<NewTopic> wanted = new ArrayList<>();
    for (String name : names) {
      CompletableFuture<CreatedTopic> mine = new CompletableFuture<>();
      CompletableFuture<CreatedTopic> other = underWay.putIfAbsent(name, mine);
      made.add(other == null ? mine : other);
      if (other == null) {
        mine.whenComplete((topic, failure) -> underWay.remove(name, mine));
        wanted.add(topic(name, settings.broker()));
      }
    }
    if (!wanted.isEmpty()) {
      ask(wanted);
    }
    return CompletableFuture.allOf(made.toArray(CompletableFuture[]::new))
        .handle((done, failure) -> made.stream().filter(AutoCreation::isKnown).toList())
        .thenCompose(
            known -> {
              Map<Uuid, Integer> ready = new HashMap<>();
              Map<String, Errors> failures = new HashMap<>();
              for (CompletableFuture<CreatedTopic> each : known) {
                CreatedTopic topic = each.join();
                if (topic.outcome().ok()) {
                  ready.put(topic.id(), topic.partitions());
                } else {
                  failures.put(topic.name(), toClient(topic.outcome().toError()));
                }
              }
              return readiness.await(ready, PATIENCE_MS).thenApply(done -> new Failures(failures));
            })
        .completeOnTimeout(NOTHING, PATIENCE_MS, TimeUnit.MILLISECONDS);
  }

  private static boolean isKnown(CompletableFuture<CreatedTopic> made) {
    return made.isDone() && !made.isCompletedExceptionally();
  }

  private void ask(List<NewTopic> wanted) {
    controller
        .<Controller.TopicsCreated>ask(
            settings.broker().network().requestTimeoutMs(),
            replyTo -> new Controller.CreateTopics(wanted, false, replyTo))
        .whenComplete(
            (reply, failure) -> {
              if (failure == null) {
                for (CreatedTopic topic : reply.topics()) {
                  CompletableFuture<CreatedTopic> waiting = underWay.get(topic.name());
                  if (waiting != null) {
                    waiting.complete(topic);
                  }
                }
              }
              for (NewTopic topic : wanted) {
                CompletableFuture<CreatedTopic> waiting = underWay.get(topic.name());
                if (waiting != null && failure != null) {
                  waiting.completeExceptionally(failure);
                }
              }
            });
  }

  private static NewTopic topic(String name, BrokerConfig config) {
    return InternalTopics.find(name, config)
        .orElseGet(
            () ->
                new NewTopic(
                    name,
                    config.topics().partitions(),
                    config.topics().replicationFactor(),
                    List.of(),
                    Map.of()));
  }

  /** What a client makes sense of here: most refusals only mean that the topic isn't there. */
  private static Errors toClient(Errors refusal) {
    return switch (refusal) {
      case INVALID_TOPIC_EXCEPTION, INVALID_REPLICATION_FACTOR, INVALID_PARTITIONS -> refusal;
      case TOPIC_ALREADY_EXISTS -> Errors.LEADER_NOT_AVAILABLE;
      default -> Errors.UNKNOWN_TOPIC_OR_PARTITION;
    };
  }
}
