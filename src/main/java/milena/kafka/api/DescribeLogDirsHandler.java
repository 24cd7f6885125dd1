package milena.kafka.api;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionRegistry;
import milena.broker.partition.PartitionView;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.PartitionImage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** DescribeLogDirs: what lies in this broker's log directories, and how much room is left. */
public final class DescribeLogDirsHandler implements ApiHandler<DescribeLogDirsRequestData> {
  /** A log directory as it is now. */
  public record Directory(Uuid id, Path path, boolean online) {}

  private final int nodeId;
  private final ImageSource images;
  private final PartitionRegistry registry;
  private final Supplier<List<Directory>> directories;

  public DescribeLogDirsHandler(
      int nodeId,
      ImageSource images,
      PartitionRegistry registry,
      Supplier<List<Directory>> directories) {
    this.nodeId = nodeId;
    this.images = images;
    this.registry = registry;
    this.directories = directories;
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
    List<Directory> all = directories.get();
    Map<Uuid, DescribeLogDirsResult> results = new HashMap<>();
    DescribeLogDirsResponseData response = new DescribeLogDirsResponseData();
    for (Directory directory : all) {
      DescribeLogDirsResult result = describe(directory);
      results.put(directory.id(), result);
      response.results().add(result);
    }
    Map<Uuid, Map<String, DescribeLogDirsTopic>> topics = new HashMap<>();
    Set<TopicPartition> wanted = wanted(request);
    ClusterImage image = images.current();
    for (PartitionHandle handle : registry.all()) {
      PartitionView view = handle.view();
      Uuid id = all.isEmpty() ? null : directoryOf(image.partition(view.id()), all);
      if ((wanted == null || wanted.contains(view.name())) && results.containsKey(id)) {
        topics
            .computeIfAbsent(id, any -> new TreeMap<>())
            .computeIfAbsent(view.name().topic(), name -> new DescribeLogDirsTopic().setName(name))
            .partitions()
            .add(partition(view));
      }
    }
    topics.forEach((id, byName) -> results.get(id).topics().addAll(byName.values()));
    return response;
  }

  private static DescribeLogDirsResult describe(Directory directory) {
    DescribeLogDirsResult result =
        new DescribeLogDirsResult().setLogDir(directory.path().toString());
    if (!directory.online()) {
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

  /** The directory the controller chose; what it never placed lies in the first. */
  private Uuid directoryOf(PartitionImage partition, List<Directory> all) {
    int mine = partition == null ? -1 : partition.replicas().indexOf(nodeId);
    Uuid placed =
        mine < 0 || mine >= partition.directories().size()
            ? null
            : partition.directories().get(mine);
    boolean known = all.stream().anyMatch(directory -> directory.id().equals(placed));
    return known ? placed : all.get(0).id();
  }

  private static DescribeLogDirsPartition partition(PartitionView view) {
    return new DescribeLogDirsPartition()
        .setPartitionIndex(view.name().partition())
        .setPartitionSize(view.log().sizeInBytes())
        .setOffsetLag(Math.max(view.highWatermark() - view.log().logEndOffset(), 0))
        .setIsFutureKey(false);
  }
}
