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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import milena.broker.partition.PartitionReplica.BecomeReplica;
import milena.broker.partition.PartitionReplica.Delete;
import milena.broker.partition.PartitionReplica.Reconfigure;
import milena.broker.partition.PartitionReplica.Stop;
import milena.broker.partition.PartitionReplica.Stopped;
import milena.broker.partition.ReplicaReconciler.AllStopped;
import milena.broker.partition.ReplicaReconciler.Begin;
import milena.broker.partition.ReplicaReconciler.Command;
import milena.broker.partition.ReplicaReconciler.DirectoryFailed;
import milena.broker.partition.ReplicaReconciler.ImageChanged;
import milena.broker.partition.ReplicaReconciler.MoveEnded;
import milena.broker.partition.ReplicaReconciler.MoveReplica;
import milena.broker.partition.ReplicaReconciler.ReplicaEntered;
import milena.broker.partition.ReplicaReconciler.ReplicaStopped;
import milena.broker.partition.ReplicaReconciler.Setup;
import milena.broker.partition.ReplicaReconciler.StopAll;
import milena.broker.partition.ReplicaReconciler.UpkeepFinished;
import milena.common.TopicIdPartition;
import milena.common.config.LogConfig;
import milena.metadata.BrokerImage;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.PartitionImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/** What a {@link ReplicaReconciler} does. */
final class ReconcilerBehavior extends AbstractBehavior<Command> {

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
  private final DirectoryChoice places;
  private final OpeningQueue openings = new OpeningQueue(OPENING_AT_ONCE, this::open);
  private final Map<TopicIdPartition, Local> locals = new HashMap<>();
  private final NameClaims names = new NameClaims();
  private final ReplicaMoves moves;
  private final TopicConfigs configs;
  private ImageSource.Subscription subscription;
  private final Runnable entriesEnd;
  private ClusterImage image = ClusterImage.EMPTY;
  private long brokerEpoch = -1;
  private StopAll stopping;
  private boolean allSafe = true;

  ReconcilerBehavior(ActorContext<Command> context, Setup setup) {
    super(context);
    this.setup = setup;
    this.places = new DirectoryChoice(setup.directories(), setup.host());
    this.configs = new TopicConfigs(setup.configs(), setup.host().brokerId());
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
    ReplicaChanges changes = ReplicaChanges.between(before, now, setup.host().brokerId());
    changes.ours().forEach(each -> become(each.id(), each.topic(), each.partition()));
    changes.othersNow().forEach(this::remove);
    changes.deleted().forEach(this::remove);
    if (before.configs() != now.configs()) {
      reconfigure(before, now);
    }
    places.found().dropStrays(now);
    return this;
  }

  private void become(TopicIdPartition id, String topicName, PartitionImage partition) {
    Local local = locals.get(id);
    if (local == null) {
      TopicPartition name = new TopicPartition(topicName, id.partition());
      if (!names.take(name, id)) {
        return; // until the other one has stopped
      }
      Optional<ReplicaDirectory> directory = places.of(id, name, partition);
      if (directory.isEmpty()) {
        names.release(name, id);
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
    LogConfig config = configs.of(image, id.topicId(), topic);
    setup.tell().accept(id, new BecomeReplica(topic, local.image, config, local.directory));
  }

  private Behavior<Command> onReplicaEntered(ReplicaEntered entered) {
    openings.done(entered.id());
    Local local = locals.get(entered.id());
    PartitionHandle handle = setup.host().registry().find(entered.id());
    if (local != null && !local.leaving && handle != null && !handle.isOffline()) {
      places
          .found()
          .moveUnderWay(entered.id(), local.name, local.directory)
          .filter(ReplicaDirectory::isOnline)
          .ifPresent(target -> move(handle, local, target));
    }
    return this;
  }

  private void remove(TopicImage topic) {
    for (int i = 0; i < topic.partitions().size(); i++) {
      remove(new TopicIdPartition(topic.id(), i));
    }
    configs.forget(topic.id());
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
      TopicIdPartition next = names.release(local.name, id);
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
    configs
        .changed(before, now)
        .forEach(
            (topic, config) -> {
              for (int i = 0; i < topic.partitions().size(); i++) {
                TopicIdPartition id = new TopicIdPartition(topic.id(), i);
                Local local = locals.get(id);
                if (local != null && !local.leaving && !openings.isWaiting(id)) {
                  setup.tell().accept(id, new Reconfigure(config));
                }
              }
            });
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
      places.wish(move.name(), move.target());
      move.replyTo().tell(Errors.REPLICA_NOT_AVAILABLE);
    } else {
      if (handle.directory() == move.target()) {
        moves.giveUp(id);
      } else {
        move(handle, local, move.target());
      }
      move.replyTo().tell(Errors.NONE);
    }
    return this;
  }

  private void move(PartitionHandle handle, Local local, ReplicaDirectory target) {
    TopicIdPartition id = handle.id();
    ActorRef<Command> self = getContext().getSelf();
    moves.begin(
        new ReplicaMove.Plan(
            handle,
            target,
            configs.of(image, id.topicId(), local.name.topic()),
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
