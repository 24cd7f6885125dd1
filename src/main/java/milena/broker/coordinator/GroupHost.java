package milena.broker.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.typed.ShardingEnvelope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionRegistry;
import milena.common.TopicIdPartition;
import milena.group.message.GroupRequest.TopicsDeleted;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.PartitionImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.internals.Topic;

/**
 * Which groups live on this node: one host per node. It follows the image, and gives each partition
 * of {@code __consumer_offsets} that comes to lead here a {@link HostedPartition}; when the
 * partition leads elsewhere, or in another epoch, that one resigns, and only when its last
 * coordinator has stopped a next one may begin.
 */
public final class GroupHost extends AbstractBehavior<GroupHost.Command> {
  private static final Duration RETRY = Duration.ofMillis(200);

  /** What the host is told. */
  public sealed interface Command {}

  private record ImageChanged(ClusterImage old, ClusterImage now) implements Command {}

  /** A replica has come up, or has published a view that was waited for. */
  record ReplicaMoved(TopicIdPartition id) implements Command {}

  /** The replica is gone: its topic was deleted, or another one will come up in its place. */
  record ReplicaStopped(HostedPartition of) implements Command {}

  /** A scan is over. */
  record Scanned(
      HostedPartition by, Set<String> restarted, Map<String, StoredGroup> found, Throwable failure)
      implements Command {}

  /** Somebody asked for a group that has no coordinator. */
  record StartGroup(int partition, String groupId) implements Command {}

  /** A coordinator is there and begins to recover. */
  record Started(
      int partition,
      String groupId,
      GroupHandle handle,
      ActorRef<GroupCoordinator.Command> coordinator)
      implements Command {}

  /** It has recovered. */
  record Recovered(int partition, String groupId) implements Command {}

  /** It is gone. */
  record Stopped(HostedPartition by, String groupId) implements Command {}

  private enum Retry implements Command {
    INSTANCE
  }

  /**
   * What a host works with.
   *
   * @param readBytes how much of a partition is read at a time
   * @param writeTimeout how long a group's write may wait for the in-sync replicas
   */
  public record Surroundings(
      int nodeId,
      ImageSource images,
      PartitionRegistry replicas,
      GroupRegistry registry,
      int readBytes,
      Duration writeTimeout,
      LongSupplier clockMs) {}

  private final Surroundings around;
  private final ActorRef<ShardingEnvelope<GroupCoordinator.Command>> region;
  private final JournalPartitions journals;
  private final Map<Integer, HostedPartition> hosted = new HashMap<>();
  private final TimerScheduler<Command> timers;
  private final List<Runnable> endings = new ArrayList<>();
  private ClusterImage image = ClusterImage.EMPTY;

  /**
   * @param region starts sharding for group coordinators that report to the given host
   */
  public static Behavior<Command> create(
      Surroundings around,
      Function<ActorRef<Command>, ActorRef<ShardingEnvelope<GroupCoordinator.Command>>> region) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new GroupHost(context, timers, around, region.apply(context.getSelf()))));
  }

  private GroupHost(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Surroundings around,
      ActorRef<ShardingEnvelope<GroupCoordinator.Command>> region) {
    super(context);
    this.timers = timers;
    this.around = around;
    this.region = region;
    this.journals = JournalPartitions.of(context.getSystem());
    ActorRef<Command> self = context.getSelf();
    // Nobody's group: so that this node's shard has its place before the one that gives places away
    // may be the one that has crashed.
    region.tell(
        new ShardingEnvelope<>(
            new GroupCoordinator.Place(around.nodeId(), 0, "").entityId(),
            GroupCoordinator.Wake.INSTANCE));
    endings.add(around.replicas().onEnter(replica -> self.tell(new ReplicaMoved(replica.id()))));
    endings.add(
        around.images().subscribe((old, now) -> self.tell(new ImageChanged(old, now)))::cancel);
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Started.class, this::onStarted)
        .onMessage(Recovered.class, this::onRecovered)
        .onMessage(StartGroup.class, this::onStartGroup)
        .onMessage(Stopped.class, this::onStopped)
        .onMessage(ImageChanged.class, this::onImage)
        .onMessage(ReplicaMoved.class, this::onReplica)
        .onMessage(ReplicaStopped.class, this::onReplicaStopped)
        .onMessage(Scanned.class, this::onScanned)
        .onMessage(Retry.class, this::onRetry)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  // The image -------------------------------------------------------------------------------

  private Behavior<Command> onImage(ImageChanged change) {
    image = change.now();
    if (change.old().topicIds() != change.now().topicIds()) {
      List<String> gone = new ArrayList<>();
      change
          .old()
          .topicIds()
          .forEach(
              (name, id) -> {
                if (!id.equals(change.now().topicIds().get(name))) {
                  gone.add(name);
                }
              });
      if (!gone.isEmpty()) {
        around.registry().broadcast(new TopicsDeleted(gone));
      }
    }
    follow();
    return this;
  }

  private void follow() {
    TopicImage topic = image.topic(Topic.GROUP_METADATA_TOPIC_NAME);
    int count = topic == null ? 0 : topic.partitions().size();
    journals.partitionCount(count);
    around.registry().partitionCount(count);
    for (HostedPartition partition : List.copyOf(hosted.values())) {
      if (topic == null || !partition.isStillLed(topic)) {
        resign(partition);
      }
    }
    for (int k = 0; k < count; k++) {
      PartitionImage partition = topic.partition(k);
      if (partition.leader() == around.nodeId() && !hosted.containsKey(k)) {
        HostedPartition fresh =
            new HostedPartition(new TopicIdPartition(topic.id(), k), partition.leaderEpoch(), this);
        hosted.put(k, fresh);
        fresh.begin();
      }
    }
  }

  private void resign(HostedPartition partition) {
    partition.resign();
    if (partition.isOver()) {
      hosted.remove(partition.index(), partition);
    }
  }

  private Behavior<Command> onReplica(ReplicaMoved moved) {
    HostedPartition partition = hosted.get(moved.id().partition());
    if (partition != null && partition.id().equals(moved.id())) {
      partition.scanWhenReady();
    }
    return this;
  }

  private Behavior<Command> onReplicaStopped(ReplicaStopped stopped) {
    if (hosted.get(stopped.of().index()) == stopped.of()) {
      resign(stopped.of());
      follow();
    }
    return this;
  }

  private Behavior<Command> onScanned(Scanned scanned) {
    scanned.by().scanned(scanned);
    return this;
  }

  // The coordinators ------------------------------------------------------------------------

  private Behavior<Command> onStartGroup(StartGroup start) {
    HostedPartition partition = hosted.get(start.partition());
    if (partition != null) {
      partition.start(start.groupId());
    }
    return this;
  }

  private Behavior<Command> onStarted(Started started) {
    HostedPartition partition = hosted.get(started.partition());
    if (partition == null || !partition.adopt(started)) {
      started.coordinator().tell(GroupCoordinator.Resign.INSTANCE);
    } else {
      getContext().watchWith(started.coordinator(), new Stopped(partition, started.groupId()));
    }
    return this;
  }

  private Behavior<Command> onRecovered(Recovered recovered) {
    HostedPartition partition = hosted.get(recovered.partition());
    if (partition != null) {
      partition.recovered(recovered.groupId());
    }
    return this;
  }

  private Behavior<Command> onStopped(Stopped stopped) {
    HostedPartition partition = stopped.by();
    partition.stopped(stopped.groupId());
    if (partition.isOver()) {
      hosted.remove(partition.index(), partition);
      follow();
    }
    return this;
  }

  private Behavior<Command> onRetry(Retry retry) {
    hosted.values().forEach(HostedPartition::retry);
    return this;
  }

  private Behavior<Command> onPostStop(PostStop stop) {
    endings.forEach(Runnable::run);
    for (HostedPartition partition : hosted.values()) {
      partition.resign();
    }
    return this;
  }

  // For the hosted partitions ---------------------------------------------------------------

  Surroundings around() {
    return around;
  }

  JournalPartitions journals() {
    return journals;
  }

  PartitionHandle replica(TopicIdPartition id) {
    return around.replicas().find(id);
  }

  ActorRef<Command> self() {
    return getContext().getSelf();
  }

  Executor blockingExecutor() {
    return getContext().getSystem().dispatchers().lookup(DispatcherSelector.blocking());
  }

  void wake(int partition, String groupId) {
    String entityId = new GroupCoordinator.Place(around.nodeId(), partition, groupId).entityId();
    region.tell(new ShardingEnvelope<>(entityId, GroupCoordinator.Wake.INSTANCE));
    retrySoon();
  }

  void retrySoon() {
    if (!timers.isTimerActive(Retry.INSTANCE)) {
      timers.startSingleTimer(Retry.INSTANCE, Retry.INSTANCE, RETRY);
    }
  }
}
