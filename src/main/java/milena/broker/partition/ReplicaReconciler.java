package milena.broker.partition;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import milena.broker.partition.PartitionReplica.BecomeReplica;
import milena.broker.partition.PartitionReplica.Delete;
import milena.broker.partition.PartitionReplica.Reconfigure;
import milena.broker.partition.PartitionReplica.Stop;
import milena.broker.partition.PartitionReplica.Stopped;
import milena.common.TopicIdPartition;
import milena.common.config.BrokerConfig.Upkeep;
import milena.common.config.LogConfig;
import milena.metadata.BrokerImage;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.PartitionImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;

/**
 * Makes a node's replicas what the newest image of the cluster says: starts new ones in a log
 * directory, tells all of them what the controller decided, deletes those that are no longer
 * wanted, and stops all in the end. One per node.
 *
 * <p>It does nothing before {@link Begin} has named the broker's epoch and an image knows it: until
 * then images may be older than what this node did before it stopped, and a replica that led on
 * their word, or a directory deleted on it, could be a mistake.
 *
 * <p>A topic may be deleted and made again under its name while the old replica still closes its
 * files: the new one, which has another id but the same directory name, waits for that.
 */
public final class ReplicaReconciler extends AbstractBehavior<ReplicaReconciler.Command> {

  /** What it is told. */
  public sealed interface Command {}

  /** This node is registered with this epoch: images that know it are to be followed. */
  public record Begin(long brokerEpoch) implements Command {}

  /** A log directory has gone offline; sent by whoever found out first. */
  public record DirectoryFailed(ReplicaDirectory directory) implements Command {}

  /**
   * Stops every replica and answers when all are closed.
   *
   * @param clean flush and leave the mark of a clean stop; else close as a crash would
   */
  public record StopAll(boolean clean, ActorRef<AllStopped> replyTo) implements Command {}

  /**
   * Moves this node's replica to another of its log directories; one that it does not have yet
   * shall be made there.
   *
   * @param replyTo told at once: REPLICA_NOT_AVAILABLE without a replica, else that the move has
   *     begun
   */
  public record MoveReplica(
      TopicIdPartition id, TopicPartition name, ReplicaDirectory target, ActorRef<Errors> replyTo)
      implements Command {}

  private record MoveEnded(TopicIdPartition id, ReplicaDirectory target, boolean moved)
      implements Command {}

  /** Every replica is closed, the checkpoints are written. */
  public record AllStopped() {}

  private enum ImageChanged implements Command {
    INSTANCE
  }

  private record ReplicaEntered(TopicIdPartition id) implements Command {}

  private record ReplicaStopped(Stopped stopped) implements Command {}

  private record UpkeepFinished(ActorRef<AllStopped> replyTo) implements Command {}

  /**
   * What the reconciler works with.
   *
   * @param directories the node's log directories
   * @param images where the newest image is
   * @param tell sends a message to this node's replica, starting it if need be
   * @param configs the settings in force for a topic of this name, as of an image
   * @param throttles how fast replicas may move to another directory
   * @param found told where a replica is when that is not where the image says
   * @param allDirectoriesFailed called when no directory is left: the node is of no use then
   */
  public record Setup(
      ReplicaHost host,
      List<ReplicaDirectory> directories,
      ImageSource images,
      BiConsumer<TopicIdPartition, PartitionReplica.Command> tell,
      BiFunction<ClusterImage, String, LogConfig> configs,
      Upkeep upkeep,
      ReplicationThrottles throttles,
      BiConsumer<TopicIdPartition, Uuid> found,
      Runnable allDirectoriesFailed) {
    public Setup {
      directories = List.copyOf(directories);
    }
  }

  /** A replica that this node has, as far as it was told. */
  private static final class Local {
    final TopicPartition name;
    ReplicaDirectory directory;
    PartitionImage image;
    boolean leaving;

    Local(TopicPartition name, ReplicaDirectory directory, PartitionImage image) {
      this.name = name;
      this.directory = directory;
      this.image = image;
    }
  }

  /** Well below the 10,000 messages that a shard region keeps while its shard starts. */
  private static final int OPENING_AT_ONCE = 1_000;

  private final Setup setup;
  private final ActorRef<ReplicaUpkeep.Command> upkeep;
  private final ActorRef<Stopped> stoppedAdapter;
  private final FoundOnDisk found;
  private final OpeningQueue openings = new OpeningQueue(OPENING_AT_ONCE, this::open);
  private final Map<TopicIdPartition, Local> locals = new HashMap<>();

  /** Who has a name now, be it on its way out. */
  private final Map<TopicPartition, TopicIdPartition> names = new HashMap<>();

  /** Who waits for a name. */
  private final Map<TopicPartition, TopicIdPartition> waiting = new HashMap<>();

  private final ReplicaMoves moves;
  private final Map<Uuid, LogConfig> configs = new HashMap<>();
  private ImageSource.Subscription subscription;
  private final Runnable entriesEnd;
  private ClusterImage image = ClusterImage.EMPTY;
  private long brokerEpoch = -1;
  private StopAll stopping;
  private boolean allSafe = true;

  private ReplicaReconciler(ActorContext<Command> context, Setup setup) {
    super(context);
    this.setup = setup;
    this.found = new FoundOnDisk(setup.directories(), setup.host());
    this.moves =
        new ReplicaMoves(
            plan ->
                context.spawnAnonymous(
                    ReplicaMove.create(plan),
                    DispatcherSelector.fromConfig("milena.blocking-dispatcher")),
            context::stop);
    this.entriesEnd =
        setup
            .host()
            .registry()
            .onEnter(handle -> context.getSelf().tell(new ReplicaEntered(handle.id())));
    this.stoppedAdapter = context.messageAdapter(Stopped.class, ReplicaStopped::new);
    this.upkeep =
        context.spawn(
            ReplicaUpkeep.create(setup.host(), setup.directories(), setup.upkeep()),
            "upkeep",
            DispatcherSelector.fromConfig("milena.blocking-dispatcher"));
  }

  public static Behavior<Command> create(Setup setup) {
    return Behaviors.setup(context -> new ReplicaReconciler(context, setup));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(ImageChanged.class, changed -> onImage())
        .onMessage(ReplicaEntered.class, this::onReplicaEntered)
        .onMessage(ReplicaStopped.class, this::onReplicaStopped)
        .onMessage(Begin.class, this::onBegin)
        .onMessage(DirectoryFailed.class, this::onDirectoryFailed)
        .onMessage(MoveReplica.class, this::onMoveReplica)
        .onMessage(MoveEnded.class, this::onMoveEnded)
        .onMessage(StopAll.class, this::onStopAll)
        .onMessage(UpkeepFinished.class, this::onUpkeepFinished)
        .onSignal(PostStop.class, signal -> onPostStop())
        .build();
  }

  private Behavior<Command> onBegin(Begin begin) {
    brokerEpoch = begin.brokerEpoch();
    if (subscription == null) {
      ActorRef<Command> self = getContext().getSelf();
      subscription = setup.images().subscribe((old, now) -> self.tell(ImageChanged.INSTANCE));
    }
    return onImage();
  }

  private Behavior<Command> onImage() {
    ClusterImage now = setup.images().current();
    BrokerImage self = now.brokers().get(setup.host().brokerId());
    if (now == image || stopping != null || self == null || self.epoch() < brokerEpoch) {
      return this;
    }
    ClusterImage before = image;
    image = now;
    if (before.topics() != now.topics()) {
      int added = 0;
      for (TopicImage topic : now.topics().values()) {
        TopicImage old = before.topics().get(topic.id());
        if (old == null) {
          added++;
        }
        if (old != topic) {
          reconcile(old, topic);
        }
      }
      if (before.topics().size() + added != now.topics().size()) {
        before.topics().values().stream()
            .filter(topic -> !now.topics().containsKey(topic.id()))
            .forEach(this::remove);
      }
    }
    if (before.configs() != now.configs()) {
      reconfigure(before, now);
    }
    found.dropStrays(now);
    return this;
  }

  private void reconcile(TopicImage old, TopicImage topic) {
    for (int i = 0; i < topic.partitions().size(); i++) {
      PartitionImage partition = topic.partitions().get(i);
      if (old == null || partition != old.partition(i)) {
        TopicIdPartition id = new TopicIdPartition(topic.id(), i);
        if (partition.replicas().contains(setup.host().brokerId())) {
          become(id, topic.name(), partition);
        } else {
          remove(id);
        }
      }
    }
  }

  private void become(TopicIdPartition id, String topicName, PartitionImage partition) {
    Local local = locals.get(id);
    if (local == null) {
      TopicPartition name = new TopicPartition(topicName, id.partition());
      TopicIdPartition holder = names.putIfAbsent(name, id);
      if (holder != null && !holder.equals(id)) {
        waiting.put(name, id);
        return;
      }
      Optional<ReplicaDirectory> directory = directoryFor(id, name, partition);
      if (directory.isEmpty()) {
        names.remove(name);
        return; // no disk is left; the node is about to say so
      }
      local = new Local(name, directory.get(), partition);
      local.directory.replicaAdded();
      locals.put(id, local);
      tellWhere(id, local);
      openings.add(id);
    } else if (!local.leaving) {
      local.image = partition;
      if (!openings.isWaiting(id)) {
        tellDecision(id, local);
      }
    }
  }

  /** A replica's turn to be started has come. */
  private void open(TopicIdPartition id) {
    Local local = locals.get(id);
    tellDecision(id, local);
    if (local.leaving) {
      setup.tell().accept(id, new Delete(stoppedAdapter)); // once it knows what there is to delete
    }
  }

  private void tellDecision(TopicIdPartition id, Local local) {
    String topic = local.name.topic();
    LogConfig config =
        configs.computeIfAbsent(id.topicId(), topicId -> setup.configs().apply(image, topic));
    setup.tell().accept(id, new BecomeReplica(topic, local.image, config, local.directory));
  }

  private Behavior<Command> onReplicaEntered(ReplicaEntered entered) {
    openings.done(entered.id());
    Local local = locals.get(entered.id());
    if (local != null && !local.leaving) {
      found
          .moveUnderWay(entered.id(), local.name, local.directory)
          .filter(ReplicaDirectory::isOnline)
          .ifPresent(target -> move(entered.id(), local, target));
    }
    return this;
  }

  private Optional<ReplicaDirectory> directoryFor(
      TopicIdPartition id, TopicPartition name, PartitionImage partition) {
    Optional<ReplicaDirectory> onDisk = found.take(id, name);
    if (onDisk.isPresent()) {
      return onDisk;
    }
    ReplicaDirectory wished = moves.takeWish(name);
    if (wished != null && wished.isOnline()) {
      return Optional.of(wished);
    }
    Uuid assigned = partition.directoryOf(setup.host().brokerId());
    ReplicaDirectory emptiest = null;
    for (ReplicaDirectory directory : setup.directories()) {
      if (directory.id().equals(assigned)) {
        return Optional.of(directory);
      }
      if (directory.isOnline()
          && (emptiest == null || directory.replicas() < emptiest.replicas())) {
        emptiest = directory;
      }
    }
    return Optional.ofNullable(emptiest);
  }

  private void remove(TopicImage topic) {
    for (int i = 0; i < topic.partitions().size(); i++) {
      remove(new TopicIdPartition(topic.id(), i));
    }
    configs.remove(topic.id());
  }

  private void remove(TopicIdPartition id) {
    Local local = locals.get(id);
    if (local != null && !local.leaving) {
      local.leaving = true;
      moves.giveUp(id);
      if (!openings.isWaiting(id)) {
        setup.tell().accept(id, new Delete(stoppedAdapter));
      }
    }
  }

  private Behavior<Command> onReplicaStopped(ReplicaStopped message) {
    TopicIdPartition id = message.stopped().id();
    allSafe &= message.stopped().safe();
    openings.done(id);
    Local local = locals.remove(id);
    if (local != null) {
      local.directory.replicaRemoved();
      names.remove(local.name, id);
      TopicIdPartition next = waiting.remove(local.name);
      becomeIfOurs(next == null ? id : next, local.name.topic());
    }
    finishWhenAllStopped();
    return this;
  }

  /** Starts a replica that had to wait for a name, or that was given back while it left. */
  private void becomeIfOurs(TopicIdPartition id, String topicName) {
    PartitionImage partition = image.partition(id);
    if (stopping == null
        && partition != null
        && partition.replicas().contains(setup.host().brokerId())) {
      become(id, topicName, partition);
    }
  }

  private void reconfigure(ClusterImage before, ClusterImage now) {
    String self = String.valueOf(setup.host().brokerId());
    boolean defaults =
        differs(before, now, new ConfigResource(ConfigResource.Type.BROKER, ""))
            || differs(before, now, new ConfigResource(ConfigResource.Type.BROKER, self));
    for (Map.Entry<Uuid, LogConfig> entry : configs.entrySet()) {
      TopicImage topic = now.topic(entry.getKey());
      if (topic == null
          || !(defaults
              || differs(
                  before, now, new ConfigResource(ConfigResource.Type.TOPIC, topic.name())))) {
        continue;
      }
      LogConfig config = setup.configs().apply(now, topic.name());
      if (!config.equals(entry.setValue(config))) {
        for (int i = 0; i < topic.partitions().size(); i++) {
          TopicIdPartition id = new TopicIdPartition(topic.id(), i);
          Local local = locals.get(id);
          if (local != null && !local.leaving && !openings.isWaiting(id)) {
            setup.tell().accept(id, new Reconfigure(config));
          }
        }
      }
    }
  }

  private static boolean differs(ClusterImage before, ClusterImage now, ConfigResource resource) {
    return !before.config(resource).equals(now.config(resource));
  }

  private Behavior<Command> onDirectoryFailed(DirectoryFailed failed) {
    ReplicaDirectory directory = failed.directory();
    getContext()
        .getLog()
        .error(
            "Log directory {} is offline, with {} replicas: {}. Mend the disk and start the node"
                + " anew.",
            directory,
            directory.replicas(),
            directory.failure().map(Throwable::toString).orElse("?"));
    moves.giveUpTo(directory);
    for (Map.Entry<TopicIdPartition, Local> entry : locals.entrySet()) {
      if (entry.getValue().directory == directory && !openings.isWaiting(entry.getKey())) {
        setup.tell().accept(entry.getKey(), PartitionReplica.Tick.DIRECTORY_FAILED);
      }
    }
    if (setup.directories().stream().noneMatch(ReplicaDirectory::isOnline)) {
      setup.allDirectoriesFailed().run();
    }
    return this;
  }

  private Behavior<Command> onMoveReplica(MoveReplica move) {
    TopicIdPartition id = move.id();
    Local local = locals.get(id);
    PartitionHandle handle = setup.host().registry().find(id);
    if (!move.target().isOnline() || (handle != null && handle.isOffline())) {
      move.replyTo().tell(Errors.KAFKA_STORAGE_ERROR);
    } else if (local == null || local.leaving || handle == null) {
      moves.wish(move.name(), move.target());
      move.replyTo().tell(Errors.REPLICA_NOT_AVAILABLE);
    } else {
      if (handle.directory() == move.target()) {
        moves.giveUp(id);
      } else {
        move(id, local, move.target());
      }
      move.replyTo().tell(Errors.NONE);
    }
    return this;
  }

  private void move(TopicIdPartition id, Local local, ReplicaDirectory target) {
    ActorRef<Command> self = getContext().getSelf();
    moves.begin(
        new ReplicaMove.Plan(
            setup.host().registry().find(id),
            target,
            setup.configs().apply(image, local.name.topic()),
            setup.host(),
            setup.throttles().moves(),
            new AtomicBoolean(),
            moved -> self.tell(new MoveEnded(id, target, moved))));
  }

  private Behavior<Command> onMoveEnded(MoveEnded ended) {
    moves.ended(ended.id(), ended.target());
    Local local = locals.get(ended.id());
    if (ended.moved() && local != null) {
      local.directory.replicaRemoved();
      local.directory = ended.target();
      local.directory.replicaAdded();
      tellWhere(ended.id(), local);
    }
    return this;
  }

  private void tellWhere(TopicIdPartition id, Local local) {
    if (!local.directory.id().equals(local.image.directoryOf(setup.host().brokerId()))) {
      setup.found().accept(id, local.directory.id());
    }
  }

  private Behavior<Command> onStopAll(StopAll stop) {
    stopping = stop;
    waiting.clear();
    locals.keySet().removeIf(openings::isWaiting);
    openings.close();
    moves.suspendAll();
    for (Map.Entry<TopicIdPartition, Local> entry : locals.entrySet()) {
      if (!entry.getValue().leaving) {
        entry.getValue().leaving = true;
        setup.tell().accept(entry.getKey(), new Stop(stop.clean(), stoppedAdapter));
      }
    }
    finishWhenAllStopped();
    return this;
  }

  private void finishWhenAllStopped() {
    if (stopping != null && locals.isEmpty()) {
      ActorRef<AllStopped> replyTo = stopping.replyTo();
      ActorRef<ReplicaUpkeep.Finished> finished =
          getContext()
              .messageAdapter(ReplicaUpkeep.Finished.class, finish -> new UpkeepFinished(replyTo));
      upkeep.tell(new ReplicaUpkeep.Finish(stopping.clean() && allSafe, brokerEpoch, finished));
    }
  }

  private Behavior<Command> onUpkeepFinished(UpkeepFinished finished) {
    finished.replyTo().tell(new AllStopped());
    return Behaviors.stopped();
  }

  private Behavior<Command> onPostStop() {
    if (subscription != null) {
      subscription.cancel();
    }
    entriesEnd.run();
    return this;
  }
}
