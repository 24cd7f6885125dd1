package milena.streams.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import milena.streams.ConsumerSettings;
import milena.streams.Subscription;
import milena.streams.Subscription.Assignment;
import milena.streams.Subscription.AssignmentOffsetsForTimes;
import milena.streams.Subscription.AssignmentWithOffset;
import milena.streams.core.FetchPosition;
import milena.streams.core.GroupMember;
import milena.streams.core.OffsetReset;
import milena.streams.core.Position;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;

/**
 * The partitions that a source reads at present, each with its {@link PartitionFeed}: opens them
 * where the subscription or the group's committed offsets say, and closes them. Belongs to the
 * session's actor.
 */
final class Readings {
  /** The session. */
  interface Owner {
    /** Runs something on the session's actor. */
    void then(Runnable work);

    /** Runs something on the session's actor, after {@code retry.backoff.ms}. */
    void later(Runnable work);

    /** These are read from now on; they want to be started. */
    void added(Collection<PartitionFeed> feeds);

    /** These are not read any more; their feeds are closed. */
    void gone(Set<TopicPartition> partitions);

    /** It can't go on. */
    void failed(Throwable cause);
  }

  private final ConsumerSettings<?, ?> settings;
  private final PartitionFeed.Manner manner;
  private final OffsetReset reset;
  private final GroupOffsets offsets;
  private final CoordinatorLink coordinator;
  private final Owner owner;
  private final Map<TopicPartition, PartitionFeed> feeds = new HashMap<>();
  private long readings;
  private long assignment;
  private boolean isOver;

  /**
   * @param offsets null without a group, as is {@code coordinator}
   */
  Readings(
      ConsumerSettings<?, ?> settings,
      TopicDirectory topics,
      GroupOffsets offsets,
      CoordinatorLink coordinator,
      Owner owner) {
    this.settings = settings;
    this.manner =
        new PartitionFeed.Manner(
            settings.brokers().link(),
            topics,
            settings.number("max.partition.fetch.bytes"),
            settings.number("fetch.max.wait.ms"),
            settings.number("retry.backoff.ms"),
            settings.isReadCommitted());
    this.reset = settings.offsetReset();
    this.offsets = offsets;
    this.coordinator = coordinator;
    this.owner = owner;
  }

  /** Reads what the subscription names; nothing when a group is to decide. */
  void begin(Subscription subscription) {
    Map<TopicPartition, FetchPosition> positions = new HashMap<>();
    if (subscription instanceof AssignmentWithOffset with) {
      with.offsets()
          .forEach((each, offset) -> positions.put(each, FetchPosition.at(each, reset, offset)));
      open(positions);
    } else if (subscription instanceof AssignmentOffsetsForTimes at) {
      at.timestampsMs()
          .forEach((each, time) -> positions.put(each, FetchPosition.atTime(each, reset, time)));
      open(positions);
    } else if (subscription instanceof Assignment just) {
      openAtCommitted(just.partitions());
    }
  }

  /** Reads what the group has assigned, from now on. */
  void assigned(GroupMember.Assigned assigned) {
    assignment++;
    close(assigned.gone());
    // A partition that is kept, but whose offset was still being asked for, is opened as well.
    Set<TopicPartition> missing = new HashSet<>(assigned.added());
    for (TopicPartition each : assigned.kept()) {
      PartitionFeed feed = feeds.get(each);
      if (feed == null) {
        missing.add(each);
      } else {
        feed.pause(false);
      }
    }
    openAtCommitted(missing);
  }

  /** Whether a position comes from what is read now. */
  boolean isCurrent(Position position) {
    PartitionFeed feed = feeds.get(position.partition());
    return feed != null && feed.reading() == position.reading();
  }

  /** Delivers nothing until the next assignment. */
  void pause() {
    feeds.values().forEach(feed -> feed.pause(true));
  }

  /** Reads no more; what has been read may still be committed. */
  void close() {
    isOver = true;
    feeds.values().forEach(PartitionFeed::close);
  }

  /** Reads no more, and fails what has a stream of its own. */
  void fail(Throwable cause) {
    isOver = true;
    feeds.values().forEach(feed -> feed.fail(cause));
  }

  private void open(Map<TopicPartition, FetchPosition> positions) {
    List<PartitionFeed> opened = new ArrayList<>();
    positions.forEach(
        (partition, position) -> {
          PartitionFeed feed =
              new PartitionFeed(
                  partition,
                  settings.groupId().orElse(""),
                  ++readings,
                  position,
                  manner,
                  failure -> owner.then(() -> owner.failed(failure)));
          feeds.put(partition, feed);
          opened.add(feed);
        });
    owner.added(opened);
  }

  /** Goes on where the group has committed, and elsewhere as the reset policy says. */
  private void openAtCommitted(Set<TopicPartition> partitions) {
    if (partitions.isEmpty()) {
      return;
    }
    if (offsets == null) {
      Map<TopicPartition, FetchPosition> positions = new HashMap<>();
      partitions.forEach(each -> positions.put(each, FetchPosition.unknown(each, reset)));
      open(positions);
      return;
    }
    long turn = assignment;
    Set<TopicPartition> wanted = Set.copyOf(partitions);
    offsets
        .fetch(wanted)
        .whenComplete(
            (committed, failure) ->
                owner.then(() -> onCommittedKnown(turn, wanted, committed, failure)));
  }

  private void onCommittedKnown(
      long turn,
      Set<TopicPartition> wanted,
      Map<TopicPartition, Long> committed,
      Throwable failure) {
    if (isOver || turn != assignment) {
      return;
    }
    if (failure != null) {
      RuntimeException cause = Calls.cause(failure);
      if (cause instanceof RetriableException) {
        coordinator.forget();
        owner.later(
            () -> {
              if (turn == assignment && !isOver) {
                openAtCommitted(wanted);
              }
            });
      } else {
        owner.failed(cause);
      }
      return;
    }
    Map<TopicPartition, FetchPosition> positions = new HashMap<>();
    for (TopicPartition each : wanted) {
      Long offset = committed.get(each);
      positions.put(
          each,
          offset == null
              ? FetchPosition.unknown(each, reset)
              : FetchPosition.at(each, reset, offset));
    }
    open(positions);
  }

  private void close(Set<TopicPartition> partitions) {
    for (TopicPartition each : partitions) {
      PartitionFeed feed = feeds.remove(each);
      if (feed != null) {
        feed.close();
      }
    }
    owner.gone(partitions);
  }
}
