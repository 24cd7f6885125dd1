package milena.group.offsets;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import milena.group.message.CommittedOffset;
import milena.group.message.GroupEvent;
import milena.group.message.GroupEvent.OffsetRemoved;
import milena.group.message.GroupEvent.OffsetStored;
import milena.group.message.GroupRequest.CommitOffsets;
import milena.group.message.GroupRequest.CommitOffsets.OffsetToCommit;
import milena.group.message.GroupRequest.DeleteOffsets;
import milena.group.message.GroupRequest.DeleteOffsets.TopicAndPartition;
import milena.group.message.GroupRequest.FetchOffsets;
import milena.group.message.GroupRequest.FetchOffsets.OffsetQuery;
import milena.group.message.GroupResponse.OffsetsCommitted;
import milena.group.message.GroupResponse.OffsetsDeleted;
import milena.group.message.GroupResponse.OffsetsFetched;
import milena.group.message.GroupResponse.OffsetsFetched.FetchedOffset;
import milena.group.message.Turn;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * The committed offsets of one group. They change by {@link #apply} only; deciding methods write
 * events into the turn. Topics are kept in order, so that answers are the same on every run.
 */
public final class CommittedOffsets {
  private static final int NO_OFFSET = -1;

  private final OffsetsConfig config;
  private final Map<String, TreeMap<Integer, CommittedOffset>> byTopic = new TreeMap<>();

  public CommittedOffsets(OffsetsConfig config) {
    this.config = config;
  }

  public boolean isEmpty() {
    return byTopic.isEmpty();
  }

  /** The committed offset, or null. */
  public CommittedOffset find(String topic, int partition) {
    TreeMap<Integer, CommittedOffset> partitions = byTopic.get(topic);
    return partitions == null ? null : partitions.get(partition);
  }

  /** Whether any partition of the topic has an offset. */
  public boolean hasTopic(String topic) {
    return byTopic.containsKey(topic);
  }

  /** Takes the offsets of a commit that was found to be allowed. */
  public OffsetsCommitted commit(CommitOffsets commit, Turn<?> turn) {
    long expireMs =
        commit.retentionMs() < 0
            ? CommittedOffset.NEVER
            : turn.wallMs() + Math.min(commit.retentionMs(), Long.MAX_VALUE - turn.wallMs());
    List<Errors> answers = new ArrayList<>(commit.offsets().size());
    for (OffsetToCommit offset : commit.offsets()) {
      String metadata = offset.metadata() == null ? "" : offset.metadata();
      if (metadata.length() > config.metadataMaxLength()) {
        answers.add(Errors.OFFSET_METADATA_TOO_LARGE);
        continue;
      }
      answers.add(Errors.NONE);
      turn.write(
          new OffsetStored(
              offset.topic(),
              offset.partition(),
              new CommittedOffset(
                  offset.offset(),
                  offset.leaderEpoch(),
                  metadata,
                  turn.wallMs(),
                  expireMs,
                  offset.topicId())));
    }
    return new OffsetsCommitted(Errors.NONE, answers);
  }

  /** Tells the offsets asked for, or all. */
  public OffsetsFetched fetch(FetchOffsets fetch) {
    List<FetchedOffset> answers = new ArrayList<>();
    if (fetch.partitions() == null) {
      forEach((at, offset) -> answers.add(fetched(at.topic(), at.partition(), offset)));
    } else {
      for (OffsetQuery query : fetch.partitions()) {
        CommittedOffset offset = find(query.topic(), query.partition());
        boolean isOfAnotherTopic =
            offset != null
                && !offset.topicId().equals(Uuid.ZERO_UUID)
                && !query.topicId().equals(Uuid.ZERO_UUID)
                && !offset.topicId().equals(query.topicId());
        answers.add(fetched(query.topic(), query.partition(), isOfAnotherTopic ? null : offset));
      }
    }
    return new OffsetsFetched(answers);
  }

  /** Removes offsets, except of topics that are in use. */
  public OffsetsDeleted delete(DeleteOffsets delete, Predicate<String> isInUse, Turn<?> turn) {
    List<Errors> answers = new ArrayList<>(delete.partitions().size());
    for (TopicAndPartition at : delete.partitions()) {
      if (isInUse.test(at.topic())) {
        answers.add(Errors.GROUP_SUBSCRIBED_TO_TOPIC);
        continue;
      }
      answers.add(Errors.NONE);
      if (find(at.topic(), at.partition()) != null) {
        turn.write(new OffsetRemoved(at.topic(), at.partition()));
      }
    }
    return new OffsetsDeleted(Errors.NONE, answers);
  }

  /** Removes every offset of the topics that pass. */
  public void removeTopics(Predicate<String> isGone, Turn<?> turn) {
    forEach(
        (at, offset) -> {
          if (isGone.test(at.topic())) {
            turn.write(new OffsetRemoved(at.topic(), at.partition()));
          }
        });
  }

  /**
   * Removes what nobody has wanted for long enough.
   *
   * @param isInUse topics whose offsets must stay
   * @param unusedSinceMs since when an offset counts as unused
   * @return whether none is left
   */
  public boolean expire(
      Predicate<String> isInUse, ToLongFunction<CommittedOffset> unusedSinceMs, Turn<?> turn) {
    int[] left = {0};
    forEach(
        (at, offset) -> {
          boolean isOver =
              offset.expireTimestampMs() != CommittedOffset.NEVER
                  ? turn.wallMs() >= offset.expireTimestampMs()
                  : turn.wallMs() - unusedSinceMs.applyAsLong(offset) >= config.retentionMs();
          if (isOver && !isInUse.test(at.topic())) {
            turn.write(new OffsetRemoved(at.topic(), at.partition()));
          } else {
            left[0]++;
          }
        });
    return left[0] == 0;
  }

  /** An offset is stored or removed; other events are not about offsets. */
  public void apply(GroupEvent event) {
    if (event instanceof OffsetStored stored) {
      byTopic
          .computeIfAbsent(stored.topic(), topic -> new TreeMap<>())
          .put(stored.partition(), stored.offset());
    } else if (event instanceof OffsetRemoved removed) {
      TreeMap<Integer, CommittedOffset> partitions = byTopic.get(removed.topic());
      if (partitions != null) {
        partitions.remove(removed.partition());
        if (partitions.isEmpty()) {
          byTopic.remove(removed.topic());
        }
      }
    }
  }

  private void forEach(BiConsumer<TopicAndPartition, CommittedOffset> action) {
    byTopic.forEach(
        (topic, partitions) ->
            partitions.forEach(
                (partition, offset) ->
                    action.accept(new TopicAndPartition(topic, partition), offset)));
  }

  private static FetchedOffset fetched(String topic, int partition, CommittedOffset offset) {
    return offset == null
        ? new FetchedOffset(Errors.NONE, topic, partition, NO_OFFSET, -1, "")
        : new FetchedOffset(
            Errors.NONE,
            topic,
            partition,
            offset.offset(),
            offset.leaderEpoch(),
            offset.metadata());
  }
}
