package milena.kafka.api;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Scheduler;
import akka.actor.typed.javadsl.AskPattern;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.broker.partition.ReplicaDirectory;
import milena.broker.partition.ReplicaReconciler;
import milena.common.TopicIdPartition;
import milena.metadata.ImageSource;
import milena.metadata.TopicImage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirPartitionResult;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** AlterReplicaLogDirs: begins to move replicas between this broker's log directories. */
public final class AlterReplicaLogDirsHandler
    implements ApiHandler<AlterReplicaLogDirsRequestData> {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final ImageSource images;
  private final List<ReplicaDirectory> directories;
  private final ActorRef<ReplicaReconciler.Command> replicas;
  private final Scheduler scheduler;

  /**
   * @param directories this broker's log directories
   * @param replicas whoever moves them
   */
  public AlterReplicaLogDirsHandler(
      ImageSource images,
      List<ReplicaDirectory> directories,
      ActorRef<ReplicaReconciler.Command> replicas,
      Scheduler scheduler) {
    this.images = images;
    this.directories = List.copyOf(directories);
    this.replicas = replicas;
    this.scheduler = scheduler;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.ALTER_REPLICA_LOG_DIRS;
  }

  @Override
  public CompletionStage<AlterReplicaLogDirsResponseData> handle(
      RequestContext context, AlterReplicaLogDirsRequestData request) {
    AlterReplicaLogDirsResponseData response = new AlterReplicaLogDirsResponseData();
    List<CompletableFuture<?>> asked = new ArrayList<>();
    for (AlterReplicaLogDir wanted : request.dirs()) {
      Optional<ReplicaDirectory> target = directory(wanted.path());
      for (AlterReplicaLogDirTopic topic : wanted.topics()) {
        AlterReplicaLogDirTopicResult result =
            new AlterReplicaLogDirTopicResult().setTopicName(topic.name());
        response.results().add(result);
        for (int partition : topic.partitions()) {
          AlterReplicaLogDirPartitionResult answer =
              new AlterReplicaLogDirPartitionResult().setPartitionIndex(partition);
          result.partitions().add(answer);
          asked.add(
              move(target, topic.name(), partition)
                  .thenAccept(error -> answer.setErrorCode(error.code()))
                  .toCompletableFuture());
        }
      }
    }
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(all -> response);
  }

  private Optional<ReplicaDirectory> directory(String path) {
    try {
      Path wanted = Path.of(path).toAbsolutePath().normalize();
      return directories.stream()
          .filter(each -> each.path().toAbsolutePath().normalize().equals(wanted))
          .findFirst();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private CompletionStage<Errors> move(
      Optional<ReplicaDirectory> target, String name, int partition) {
    if (target.isEmpty()) {
      return CompletableFuture.completedFuture(Errors.LOG_DIR_NOT_FOUND);
    }
    TopicImage topic = images.current().topic(name);
    if (topic == null || topic.partition(partition) == null) {
      return CompletableFuture.completedFuture(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    CompletionStage<Errors> moved =
        AskPattern.ask(
            replicas,
            replyTo ->
                new ReplicaReconciler.MoveReplica(
                    new TopicIdPartition(topic.id(), partition),
                    new TopicPartition(name, partition),
                    target.get(),
                    replyTo),
            TIMEOUT,
            scheduler);
    return moved.exceptionally(failure -> Errors.REQUEST_TIMED_OUT);
  }
}
