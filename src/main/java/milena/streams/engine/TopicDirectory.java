package milena.streams.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import milena.streams.link.BrokerLink;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;

/**
 * What one stream knows of topics: asked of the brokers when it is missing or has turned out to be
 * old, once at a time for each topic. May be used from any thread.
 */
final class TopicDirectory {
  private static final short VERSION = 12;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final BrokerLink link;
  private final boolean mayCreate;
  private final Map<String, Topic> known = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<Topic>> asked = new ConcurrentHashMap<>();

  /**
   * @param mayCreate whether asking for a topic may bring it about, if the brokers do that
   */
  TopicDirectory(BrokerLink link, boolean mayCreate) {
    this.link = link;
    this.mayCreate = mayCreate;
  }

  /** What is known already, or null. */
  Topic cached(String topic) {
    return known.get(topic);
  }

  /** What is known of the topic, asked if need be; fails when there is no such topic. */
  CompletionStage<Topic> find(String topic) {
    Topic cached = known.get(topic);
    return cached == null ? renew(topic) : CompletableFuture.completedFuture(cached);
  }

  /** Asks anew. */
  CompletionStage<Topic> renew(String topic) {
    CompletableFuture<Topic> fresh = new CompletableFuture<>();
    CompletableFuture<Topic> underWay = asked.putIfAbsent(topic, fresh);
    if (underWay != null) {
      return underWay;
    }
    fresh.whenComplete((found, failure) -> asked.remove(topic, fresh));
    MetadataRequestTopic wanted = new MetadataRequestTopic().setName(topic);
    ask(List.of(wanted))
        .whenComplete(
            (answer, failure) -> {
              if (failure != null) {
                fresh.completeExceptionally(failure);
                return;
              }
              MetadataResponseTopic found =
                  answer.topics().isEmpty() ? null : answer.topics().iterator().next();
              Errors error =
                  found == null
                      ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                      : Errors.forCode(found.errorCode());
              if (error != Errors.NONE) {
                known.remove(topic);
                fresh.completeExceptionally(
                    error == Errors.UNKNOWN_TOPIC_OR_PARTITION
                        ? new UnknownTopicOrPartitionException("There is no topic " + topic)
                        : error.exception());
                return;
              }
              Topic now = topicOf(found);
              known.put(topic, now);
              fresh.complete(now);
            });
    return fresh;
  }

  /** The names of all topics that match, but for the brokers' own. */
  CompletionStage<List<String>> matching(Pattern pattern) {
    return ask(null)
        .thenApply(
            answer -> {
              List<String> names = new ArrayList<>();
              for (MetadataResponseTopic topic : answer.topics()) {
                if (!topic.isInternal() && pattern.matcher(topic.name()).matches()) {
                  names.add(topic.name());
                }
              }
              return names;
            });
  }

  private CompletionStage<MetadataResponseData> ask(List<MetadataRequestTopic> topics) {
    MetadataRequestData request =
        new MetadataRequestData()
            .setTopics(topics)
            .setAllowAutoTopicCreation(mayCreate && topics != null);
    return Calls.inTime(link, BrokerLink.ANY, request, VERSION, TIMEOUT)
        .thenApply(answer -> (MetadataResponseData) answer);
  }

  private static Topic topicOf(MetadataResponseTopic found) {
    Integer[] leaders = new Integer[found.partitions().size()];
    for (MetadataResponsePartition each : found.partitions()) {
      leaders[each.partitionIndex()] = each.leaderId();
    }
    return new Topic(found.name(), found.topicId(), List.of(leaders));
  }
}
