package milena.streams;

import akka.Done;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.streams.core.Position;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** What committable sources give, and what committers take. */
public final class ConsumerMessage {
  private ConsumerMessage() {}

  /** A record, and the offset to commit when it is done with. */
  public record CommittableMessage<K, V>(
      ConsumerRecord<K, V> record, CommittableOffset committableOffset) {}

  /** Whatever can be committed. */
  public sealed interface Committable {
    /** How many offsets it stands for. */
    long batchSize();

    /** Commits at once; a {@code Committer} does it with less effort. */
    CompletionStage<Done> commitInternal();
  }

  /** Where a source's offsets are committed; the source itself. */
  @FunctionalInterface
  public interface OffsetKeeper {
    /** Completes when these are committed, or somebody else's by now. */
    CompletionStage<Done> commit(Collection<Position> positions);
  }

  /** A partition as a group reads it. */
  public record GroupTopicPartition(String groupId, String topic, int partition) {}

  /** The offset of a record, in a partition as a group reads it. */
  public record PartitionOffset(GroupTopicPartition key, long offset) {}

  /** The offset of one record. */
  public static final class CommittableOffset implements Committable {
    private final GroupTopicPartition key;
    private final Position next;
    private final OffsetKeeper keeper;

    /** For Milena itself. */
    public CommittableOffset(GroupTopicPartition key, Position next, OffsetKeeper keeper) {
      this.key = key;
      this.next = next;
      this.keeper = keeper;
    }

    /** The record's own offset; what is committed is the next one. */
    public PartitionOffset partitionOffset() {
      return new PartitionOffset(key, next.offset() - 1);
    }

    @Override
    public long batchSize() {
      return 1;
    }

    @Override
    public CompletionStage<Done> commitInternal() {
      return keeper.commit(List.of(next));
    }

    @Override
    public String toString() {
      return "CommittableOffset(" + partitionOffset() + ")";
    }
  }

  /** Offsets of many records, of which the last of each partition counts. */
  public static final class CommittableOffsetBatch implements Committable {
    private final Map<OffsetKeeper, Map<TopicPartition, CommittableOffset>> offsets;
    private final long size;

    private CommittableOffsetBatch(
        Map<OffsetKeeper, Map<TopicPartition, CommittableOffset>> offsets, long size) {
      this.offsets = offsets;
      this.size = size;
    }

    /** This batch and more. */
    public CommittableOffsetBatch updated(Committable more) {
      return createCommittableOffsetBatch(List.of(this, more));
    }

    public boolean isEmpty() {
      return offsets.isEmpty();
    }

    /** The offsets of the last records, by partition. */
    public Map<GroupTopicPartition, Long> offsets() {
      Map<GroupTopicPartition, Long> all = new HashMap<>();
      for (Map<TopicPartition, CommittableOffset> each : offsets.values()) {
        each.values().forEach(last -> all.put(last.key, last.next.offset() - 1));
      }
      return all;
    }

    @Override
    public long batchSize() {
      return size;
    }

    @Override
    public CompletionStage<Done> commitInternal() {
      List<CompletableFuture<Done>> commits = new ArrayList<>();
      offsets.forEach(
          (keeper, last) ->
              commits.add(
                  keeper
                      .commit(last.values().stream().map(each -> each.next).toList())
                      .toCompletableFuture()));
      return CompletableFuture.allOf(commits.toArray(CompletableFuture[]::new))
          .thenApply(all -> Done.getInstance());
    }

    @Override
    public String toString() {
      return "CommittableOffsetBatch(" + offsets() + ")";
    }
  }

  /** Nothing to commit. */
  public static CommittableOffsetBatch emptyCommittableOffsetBatch() {
    return new CommittableOffsetBatch(Map.of(), 0);
  }

  /** All of these, in their order. */
  public static CommittableOffsetBatch createCommittableOffsetBatch(
      Collection<? extends Committable> committables) {
    Map<OffsetKeeper, Map<TopicPartition, CommittableOffset>> all = new HashMap<>();
    long size = 0;
    for (Committable each : committables) {
      size += each.batchSize();
      if (each instanceof CommittableOffset offset) {
        add(all, offset);
      } else {
        for (Map<TopicPartition, CommittableOffset> of :
            ((CommittableOffsetBatch) each).offsets.values()) {
          of.values().forEach(offset -> add(all, offset));
        }
      }
    }
    return new CommittableOffsetBatch(all, size);
  }

  private static void add(
      Map<OffsetKeeper, Map<TopicPartition, CommittableOffset>> all, CommittableOffset offset) {
    all.computeIfAbsent(offset.keeper, keeper -> new HashMap<>())
        .merge(
            offset.next.partition(),
            offset,
            (one, other) -> Position.later(one.next, other.next) == one.next ? one : other);
  }
}
