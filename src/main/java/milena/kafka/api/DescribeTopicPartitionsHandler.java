package milena.kafka.api;

import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.PartitionImage;
import milena.metadata.SettingsInForce;
import milena.metadata.TopicImage;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeTopicPartitions (KIP-966): topics in the order of their names, a page of partitions at a
 * time; the answer's cursor is where the next page begins.
 */
public final class DescribeTopicPartitionsHandler
    implements ApiHandler<DescribeTopicPartitionsRequestData> {
  private final ImageSource images;
  private final SettingsInForce settings;

  public DescribeTopicPartitionsHandler(ImageSource images, SettingsInForce settings) {
    this.images = images;
    this.settings = settings;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.DESCRIBE_TOPIC_PARTITIONS;
  }

  @Override
  public CompletionStage<DescribeTopicPartitionsResponseData> handle(
      RequestContext context, DescribeTopicPartitionsRequestData request) {
    ListenerView view = new ListenerView(images.current(), context.listenerName());
    boolean all = request.topics().isEmpty();
    String from = request.cursor() == null ? "" : request.cursor().topicName();
    int fromPartition = request.cursor() == null ? 0 : request.cursor().partitionIndex();
    if (fromPartition < 0) {
      throw new InvalidRequestException("The cursor's partition must not be negative");
    }
    TreeSet<String> names = names(request, view.image(), from);
    if (!all && request.cursor() != null && !names.contains(from)) {
      throw new InvalidRequestException(
          "DescribeTopicPartitionsRequest topic list should contain the cursor topic: " + from);
    }
    int most = settings.broker().network().maxDescribedPartitions();
    Page page = new Page(view, Math.max(1, Math.min(most, request.responsePartitionLimit())));
    Iterator<String> rest = names.iterator();
    while (rest.hasNext()) {
      String name = rest.next();
      if (!page.add(name, name.equals(from) ? fromPartition : 0, all)) {
        break;
      }
    }
    return CompletableFuture.completedFuture(page.response);
  }

  private static TreeSet<String> names(
      DescribeTopicPartitionsRequestData request, ClusterImage image, String from) {
    TreeSet<String> names = new TreeSet<>();
    if (request.topics().isEmpty()) {
      names.addAll(image.topicIds().keySet());
    } else {
      request.topics().forEach(topic -> names.add(topic.name()));
    }
    names.headSet(from).clear();
    return names;
  }

  private static final class Page {
    private final DescribeTopicPartitionsResponseData response =
        new DescribeTopicPartitionsResponseData();
    private final ListenerView view;
    private int room;

    Page(ListenerView view, int room) {
      this.view = view;
      this.room = room;
    }

    /** Whether there is room for more. */
    boolean add(String name, int first, boolean skipUnknown) {
      if (room == 0) {
        response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(first));
        return false;
      }
      TopicImage topic = view.image().topic(name);
      if (topic == null) {
        if (!skipUnknown) {
          response.topics().add(unknown(name));
        }
        return true;
      }
      DescribeTopicPartitionsResponseTopic answer =
          new DescribeTopicPartitionsResponseTopic()
              .setName(name)
              .setTopicId(topic.id())
              .setIsInternal(Topic.isInternal(name))
              .setTopicAuthorizedOperations(AuthorizedOperations.TOPIC);
      response.topics().add(answer);
      int end = Math.min(topic.partitions().size(), first + room);
      for (int i = first; i < end; i++) {
        answer.partitions().add(partition(i, topic.partition(i)));
      }
      room -= Math.max(0, end - first);
      if (end < topic.partitions().size()) {
        response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(end));
        return false;
      }
      return true;
    }

    private static DescribeTopicPartitionsResponseTopic unknown(String name) {
      Errors error =
          Topic.isValid(name) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION;
      return new DescribeTopicPartitionsResponseTopic()
          .setErrorCode(error.code())
          .setName(name)
          .setIsInternal(Topic.isInternal(name));
    }

    private DescribeTopicPartitionsResponsePartition partition(
        int index, PartitionImage partition) {
      Errors error = view.leaderError(partition, true);
      return new DescribeTopicPartitionsResponsePartition()
          .setErrorCode(error.code())
          .setPartitionIndex(index)
          .setLeaderId(error == Errors.NONE ? partition.leader() : PartitionImage.NO_LEADER)
          .setLeaderEpoch(partition.leaderEpoch())
          .setReplicaNodes(partition.replicas())
          .setIsrNodes(partition.isr())
          .setEligibleLeaderReplicas(partition.elr())
          .setLastKnownElr(List.of())
          .setOfflineReplicas(view.offlineReplicas(partition));
    }
  }
}
