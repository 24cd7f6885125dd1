package milena.streams.engine;

import akka.Done;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import milena.streams.ConsumerSettings;
import milena.streams.core.GroupMember;
import milena.streams.core.PendingCommits;
import milena.streams.core.Position;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * A group's committed offsets, as one source reads and writes them. A commit that finds its group
 * in a rebalance, or its coordinator gone, is tried again until its time is over. Belongs to the
 * session's actor.
 */
final class GroupOffsets {
  private static final short COMMIT_VERSION = 8;
  private static final short FETCH_VERSION = 8;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final CoordinatorLink coordinator;
  private final ConsumerSettings<?, ?> settings;
  private final GroupMember member;
  private final Predicate<Position> isCurrent;
  private final Consumer<Runnable> onActor;
  private final Runnable retryLater;
  private final PendingCommits<CompletableFuture<Done>> pending = new PendingCommits<>();

  /**
   * @param member null when the partitions are named
   * @param isCurrent whether a position comes from what the source reads now
   * @param onActor runs something on the session's actor
   * @param retryLater calls {@link #commitNext} in a while
   */
  GroupOffsets(
      CoordinatorLink coordinator,
      ConsumerSettings<?, ?> settings,
      GroupMember member,
      Predicate<Position> isCurrent,
      Consumer<Runnable> onActor,
      Runnable retryLater) {
    this.coordinator = coordinator;
    this.settings = settings;
    this.member = member;
    this.isCurrent = isCurrent;
    this.onActor = onActor;
    this.retryLater = retryLater;
  }

  /** Whether nothing waits to be committed. */
  boolean isIdle() {
    return pending.isEmpty();
  }

  void commit(Collection<Position> positions, CompletableFuture<Done> done) {
    pending.add(positions, done);
    commitNext();
  }

  /** Begins a commit, if one waits and none is under way. */
  void commitNext() {
    while (pending.isReady()) {
      Map<TopicPartition, Position> now = pending.begin(isCurrent);
      if (!now.isEmpty()) {
        send(now);
        return;
      }
      pending.end().forEach(done -> done.complete(Done.getInstance()));
    }
  }

  private void send(Map<TopicPartition, Position> positions) {
    Map<String, OffsetCommitRequestTopic> topics = new HashMap<>();
    for (Position each : positions.values()) {
      topics
          .computeIfAbsent(
              each.partition().topic(), name -> new OffsetCommitRequestTopic().setName(name))
          .partitions()
          .add(
              new OffsetCommitRequestPartition()
                  .setPartitionIndex(each.partition().partition())
                  .setCommittedOffset(each.offset())
                  .setCommittedLeaderEpoch(each.leaderEpoch())
                  .setCommittedMetadata(each.metadata()));
    }
    OffsetCommitRequestData request =
        new OffsetCommitRequestData()
            .setGroupId(settings.groupId().orElseThrow())
            .setMemberId(member == null ? "" : member.memberId())
            .setGenerationIdOrMemberEpoch(member == null ? -1 : member.generation())
            .setGroupInstanceId(settings.groupInstanceId().orElse(null))
            .setTopics(new ArrayList<>(topics.values()));
    coordinator
        .ask(request, COMMIT_VERSION, TIMEOUT)
        .whenComplete((answer, failure) -> onActor.accept(() -> onAnswer(answer, failure)));
  }

  private void onAnswer(ApiMessage answer, Throwable failure) {
    Errors error =
        failure == null ? worst((OffsetCommitResponseData) answer) : Calls.error(failure);
    if (error == Errors.NONE) {
      pending.end().forEach(done -> done.complete(Done.getInstance()));
      commitNext();
    } else if (mayPass(error)) {
      if (failure != null
          || error == Errors.NOT_COORDINATOR
          || error == Errors.COORDINATOR_NOT_AVAILABLE) {
        coordinator.forget();
      }
      pending.again();
      retryLater.run();
    } else {
      RuntimeException cause =
          error == Errors.UNKNOWN_MEMBER_ID || error == Errors.ILLEGAL_GENERATION
              ? new CommitFailedException(
                  "The group has members of its own: a source with assigned partitions can't"
                      + " commit for it")
              : error.exception();
      pending.end().forEach(done -> done.completeExceptionally(cause));
      commitNext();
    }
  }

  /** A member finds its way back into the group by itself, and then its commit counts or not. */
  private boolean mayPass(Errors error) {
    boolean isTheMembers =
        error == Errors.REBALANCE_IN_PROGRESS
            || error == Errors.UNKNOWN_MEMBER_ID
            || error == Errors.ILLEGAL_GENERATION;
    return member != null && isTheMembers || error.exception() instanceof RetriableException;
  }

  private static Errors worst(OffsetCommitResponseData answer) {
    Errors worst = Errors.NONE;
    for (var topic : answer.topics()) {
      for (var partition : topic.partitions()) {
        if (partition.errorCode() != Errors.NONE.code()) {
          worst = Errors.forCode(partition.errorCode());
        }
      }
    }
    return worst;
  }

  /** The committed offsets of these partitions, of those that have one. */
  CompletionStage<Map<TopicPartition, Long>> fetch(Set<TopicPartition> partitions) {
    Map<String, OffsetFetchRequestTopics> topics = new HashMap<>();
    for (TopicPartition each : partitions) {
      topics
          .computeIfAbsent(
              each.topic(),
              name ->
                  new OffsetFetchRequestTopics()
                      .setName(name)
                      .setPartitionIndexes(new ArrayList<>()))
          .partitionIndexes()
          .add(each.partition());
    }
    OffsetFetchRequestData request =
        new OffsetFetchRequestData()
            .setRequireStable(settings.isReadCommitted())
            .setGroups(
                List.of(
                    new OffsetFetchRequestGroup()
                        .setGroupId(settings.groupId().orElseThrow())
                        .setTopics(new ArrayList<>(topics.values()))));
    return coordinator
        .ask(request, FETCH_VERSION, TIMEOUT)
        .thenApply(answer -> committed(((OffsetFetchResponseData) answer).groups().get(0)));
  }

  private static Map<TopicPartition, Long> committed(OffsetFetchResponseGroup group) {
    require(Errors.forCode(group.errorCode()));
    Map<TopicPartition, Long> committed = new HashMap<>();
    for (var topic : group.topics()) {
      for (var partition : topic.partitions()) {
        require(Errors.forCode(partition.errorCode()));
        if (partition.committedOffset() >= 0) {
          committed.put(
              new TopicPartition(topic.name(), partition.partitionIndex()),
              partition.committedOffset());
        }
      }
    }
    return committed;
  }

  private static void require(Errors error) {
    if (error != Errors.NONE) {
      throw error.exception();
    }
  }

  /** Nobody commits any more. */
  void failAll(RuntimeException cause) {
    pending.endAll().forEach(done -> done.completeExceptionally(cause));
  }
}
