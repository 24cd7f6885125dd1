package milena.kafka.api;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionRegistry;
import milena.broker.partition.PartitionView;
import milena.broker.partition.ReplicaDirectory;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** DescribeLogDirs: what lies in this broker's log directories, and how much room is left. */
public final class DescribeLogDirsHandler implements ApiHandler<DescribeLogDirsRequestData> {
  private final PartitionRegistry registry;
  private final List<ReplicaDirectory> directories;

  public DescribeLogDirsHandler(PartitionRegistry registry, List<ReplicaDirectory> directories) {
    this.registry = registry;
    this.directories = List.copyOf(directories);
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.DESCRIBE_LOG_DIRS;
  }

  /** The file system is asked, which may take its time: not on the event loop. */
  @Override
  public CompletionStage<DescribeLogDirsResponseData> handle(
      RequestContext context, DescribeLogDirsRequestData request) {
    return CompletableFuture.supplyAsync(() -> answer(request));
  }

  private DescribeLogDirsResponseData answer(DescribeLogDirsRequestData request) {
    Map<ReplicaDirectory, Map<String, DescribeLogDirsTopic>> topics = new HashMap<>();
    Set<TopicPartition> wanted = wanted(request);
    for (PartitionHandle handle : registry.all()) {
      PartitionView view = handle.view();
      if (wanted == null || wanted.contains(view.name())) {
        ReplicaDirectory directory = handle.directory();
        topics
            .computeIfAbsent(directory, any -> new TreeMap<>())
            .computeIfAbsent(view.name().topic(), name -> new DescribeLogDirsTopic().setName(name))
            .partitions()
            .add(partition(view));
        PartitionRegistry.Copy copy = registry.copyOf(handle.id());
        if (copy != null && copy.directory() != directory) {
          topics
              .computeIfAbsent(copy.directory(), any -> new TreeMap<>())
              .computeIfAbsent(
                  view.name().topic(), name -> new DescribeLogDirsTopic().setName(name))
              .partitions()
              .add(copied(view, copy));
        }
      }
    }
    DescribeLogDirsResponseData response = new DescribeLogDirsResponseData();
    for (ReplicaDirectory directory : directories) {
      DescribeLogDirsResult result = describe(directory);
      if (result.errorCode() == Errors.NONE.code()) {
        result.topics().addAll(topics.getOrDefault(directory, Map.of()).values());
      }
      response.results().add(result);
    }
    return response;
  }

  private static DescribeLogDirsResult describe(ReplicaDirectory directory) {
    DescribeLogDirsResult result =
        new DescribeLogDirsResult().setLogDir(directory.path().toString());
    if (!directory.isOnline()) {
      return result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
    }
    try {
      FileStore store = Files.getFileStore(directory.path());
      return result
          .setTotalBytes(atMostLong(store.getTotalSpace()))
          .setUsableBytes(atMostLong(store.getUsableSpace()));
    } catch (IOException e) {
      return result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
    }
  }

  /** Very large volumes say a negative size. */
  private static long atMostLong(long bytes) {
    return bytes < 0 ? Long.MAX_VALUE : bytes;
  }

  /** Null where all partitions are wanted. */
  private static Set<TopicPartition> wanted(DescribeLogDirsRequestData request) {
    if (request.topics() == null) {
      return null;
    }
    Set<TopicPartition> wanted = new HashSet<>();
    for (DescribeLogDirsRequestData.DescribableLogDirTopic topic : request.topics()) {
      topic.partitions().forEach(i -> wanted.add(new TopicPartition(topic.topic(), i)));
    }
    return wanted;
  }

  private static DescribeLogDirsPartition copied(PartitionView view, PartitionRegistry.Copy copy) {
    return new DescribeLogDirsPartition()
        .setPartitionIndex(view.name().partition())
        .setPartitionSize(copy.sizeInBytes())
        .setOffsetLag(Math.max(view.log().logEndOffset() - copy.logEnd(), 0))
        .setIsFutureKey(true);
  }

  private static DescribeLogDirsPartition partition(PartitionView view) {
    return new DescribeLogDirsPartition()
        .setPartitionIndex(view.name().partition())
        .setPartitionSize(view.log().sizeInBytes())
        .setOffsetLag(Math.max(view.highWatermark() - view.log().logEndOffset(), 0))
        .setIsFutureKey(false);
  }
}
