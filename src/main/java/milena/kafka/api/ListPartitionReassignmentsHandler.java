package milena.kafka.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.PartitionImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingTopicReassignment;
import org.apache.kafka.common.protocol.ApiKeys;

/** ListPartitionReassignments: the moves that are under way, as this node's image shows them. */
public final class ListPartitionReassignmentsHandler
    implements ApiHandler<ListPartitionReassignmentsRequestData> {
  private final ImageSource images;

  public ListPartitionReassignmentsHandler(ImageSource images) {
    this.images = images;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.LIST_PARTITION_REASSIGNMENTS;
  }

  @Override
  public CompletionStage<ListPartitionReassignmentsResponseData> handle(
      RequestContext context, ListPartitionReassignmentsRequestData request) {
    ClusterImage image = images.current();
    ListPartitionReassignmentsResponseData response = new ListPartitionReassignmentsResponseData();
    if (request.topics() == null) {
      for (TopicImage topic : image.topics().values()) {
        add(response, topic, IntStream.range(0, topic.partitions().size()).boxed().toList());
      }
    } else {
      for (ListPartitionReassignmentsTopics wanted : request.topics()) {
        TopicImage topic = image.topic(wanted.name());
        if (topic != null) {
          add(response, topic, wanted.partitionIndexes());
        }
      }
    }
    return CompletableFuture.completedFuture(response);
  }

  private static void add(
      ListPartitionReassignmentsResponseData response, TopicImage topic, List<Integer> indexes) {
    OngoingTopicReassignment ongoing = new OngoingTopicReassignment().setName(topic.name());
    for (int index : indexes) {
      PartitionImage partition = topic.partition(index);
      if (partition != null && partition.reassignment().isUnderWay()) {
        ongoing
            .partitions()
            .add(
                new OngoingPartitionReassignment()
                    .setPartitionIndex(index)
                    .setReplicas(partition.replicas())
                    .setAddingReplicas(partition.reassignment().adding())
                    .setRemovingReplicas(partition.reassignment().removing()));
      }
    }
    if (!ongoing.partitions().isEmpty()) {
      response.topics().add(ongoing);
    }
  }
}
