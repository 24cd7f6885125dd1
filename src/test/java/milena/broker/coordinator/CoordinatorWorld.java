package milena.broker.coordinator;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ShardingEnvelope;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import milena.broker.partition.FilePartition;
import milena.broker.partition.PartitionRegistry;
import milena.broker.partition.PartitionReplica;
import milena.broker.partition.PartitionReplica.Append;
import milena.broker.partition.PartitionReplica.AppendResult;
import milena.common.TopicIdPartition;
import milena.group.GroupConfig;
import milena.group.message.GroupRequest;
import milena.group.message.GroupResponse;
import milena.metadata.BrokerImage;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.PartitionImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.pcollections.TreePVector;

/**
 * A node's group coordination for tests: a host and its coordinators over partitions in files, in
 * an image that the test makes. Replicas append at once unless told to fail or to be silent.
 */
public final class CoordinatorWorld implements AutoCloseable {
  public static final int NODE = 1;

  private final ActorTestKit kit;
  private final PartitionRegistry replicas;
  private final Images images = new Images();
  private final Map<Integer, FilePartition> files = new HashMap<>();
  private final GroupRegistry registry;
  private final ActorRef<GroupHost.Command> host;
  private final ActorRef<ShardingEnvelope<GroupCoordinator.Command>> region;
  private volatile ActorRef<ShardingEnvelope<GroupCoordinator.Command>> madeRegion;
  final AtomicLong clockMs = new AtomicLong(1_000_000);

  /** What appends are answered with; null to leave them unanswered. */
  volatile Errors appendsEnd = Errors.NONE;

  final List<Append> appends = new CopyOnWriteArrayList<>();

  public CoordinatorWorld(GroupConfig config) {
    this(config, new PartitionRegistry());
  }

  /** Over partitions that somebody else hosts. */
  CoordinatorWorld(GroupConfig config, PartitionRegistry replicas) {
    this.replicas = replicas;
    kit = ActorTestKit.create(systemConfig());
    registry = new GroupRegistry(config, clockMs::get);
    GroupHost.Surroundings around =
        new GroupHost.Surroundings(
            NODE, images, replicas, registry, 1_024, Duration.ofSeconds(5), clockMs::get);
    host =
        kit.spawn(
            GroupHost.create(
                around,
                self -> {
                  madeRegion = kit.spawn(region(config, self));
                  return madeRegion;
                }));
    while (madeRegion == null) {
      Thread.onSpinWait();
    }
    region = madeRegion;
  }

  private static Config systemConfig() {
    Config all = ConfigFactory.load();
    return PartitionJournal.config()
        .withFallback(ConfigFactory.parseString("akka.actor.provider = local"))
        .withFallback(all.getConfig("milena").withOnlyPath("akka"))
        .withFallback(all)
        .resolve();
  }

  /** What sharding does: one actor for each entity id, made when the first message comes. */
  private Behavior<ShardingEnvelope<GroupCoordinator.Command>> region(
      GroupConfig config, ActorRef<GroupHost.Command> self) {
    return Behaviors.setup(
        context -> {
          Map<String, ActorRef<GroupCoordinator.Command>> entities = new HashMap<>();
          int[] made = {0};
          return Behaviors.receiveMessage(
              envelope -> {
                ActorRef<GroupCoordinator.Command> known = entities.get(envelope.entityId());
                if (known == null || context.getChild(known.path().name()).isEmpty()) {
                  known =
                      context.spawn(
                          GroupCoordinator.create(
                              envelope.entityId(),
                              config,
                              new GroupClock(clockMs::get, clockMs::get),
                              registry,
                              self),
                          "entity-" + made[0]++);
                  entities.put(envelope.entityId(), known);
                }
                known.tell(envelope.message());
                return Behaviors.same();
              });
        });
  }

  public GroupRegistry registry() {
    return registry;
  }

  ActorTestKit kit() {
    return kit;
  }

  public ImageSource images() {
    return images;
  }

  /** Makes the topic, led by this node in this epoch. */
  public void lead(int partitions, int epoch) {
    Uuid id = images.current.topicIds().get(Topic.GROUP_METADATA_TOPIC_NAME);
    Uuid topicId = id == null ? Uuid.randomUuid() : id;
    image(topicId, partitions, NODE, epoch);
    for (int k = 0; k < partitions; k++) {
      if (!files.containsKey(k)) {
        host(topicId, k, epoch);
      } else {
        files.get(k).leads(true, epoch);
      }
    }
  }

  private void host(Uuid topicId, int k, int epoch) {
    FilePartition file =
        new FilePartition(new TopicIdPartition(topicId, k), Topic.GROUP_METADATA_TOPIC_NAME);
    file.toldTo(kit.spawn(replica(file)));
    file.leads(true, epoch);
    files.put(k, file.in(replicas));
  }

  /** Another node leads. */
  void follow(int epoch) {
    Uuid topicId = images.current.topicIds().get(Topic.GROUP_METADATA_TOPIC_NAME);
    image(topicId, files.size(), NODE + 1, epoch);
    files.values().forEach(file -> file.leads(false, epoch));
  }

  FilePartition file(int k) {
    return files.get(k);
  }

  void image(Uuid topicId, int partitions, int leader, int epoch) {
    PartitionImage partition = ledBy(leader, epoch);
    TreePVector<PartitionImage> all = TreePVector.empty();
    for (int i = 0; i < partitions; i++) {
      all = all.plus(partition);
    }
    TopicImage topic = new TopicImage(topicId, Topic.GROUP_METADATA_TOPIC_NAME, all);
    ClusterImage old = images.current;
    images.become(
        new ClusterImage(
            old.lastSequence() + 1,
            Optional.of("cluster"),
            old.brokers()
                .plus(
                    NODE,
                    new BrokerImage(
                        NODE,
                        1,
                        Uuid.randomUuid(),
                        Map.of("PLAINTEXT", new BrokerImage.Endpoint("here", 9092, "PLAINTEXT")),
                        Optional.empty(),
                        List.of(),
                        false,
                        false)),
            old.topics().plus(topicId, topic),
            old.topicIds().plus(topic.name(), topicId),
            old.configs(),
            0));
  }

  /** A topic of one partition comes. */
  public Uuid makeTopic(String name) {
    Uuid id = Uuid.randomUuid();
    ClusterImage old = images.current;
    TopicImage topic = new TopicImage(id, name, TreePVector.singleton(ledBy(NODE, 1)));
    images.become(
        new ClusterImage(
            old.lastSequence() + 1,
            old.clusterId(),
            old.brokers(),
            old.topics().plus(id, topic),
            old.topicIds().plus(name, id),
            old.configs(),
            0));
    return id;
  }

  /** And goes. */
  public void deleteTopic(String name) {
    ClusterImage old = images.current;
    images.become(
        new ClusterImage(
            old.lastSequence() + 1,
            old.clusterId(),
            old.brokers(),
            old.topics().minus(old.topicIds().get(name)),
            old.topicIds().minus(name),
            old.configs(),
            0));
  }

  private static PartitionImage ledBy(int leader, int epoch) {
    return new PartitionImage(
        List.of(leader), List.of(Uuid.randomUuid()), List.of(leader), List.of(), leader, epoch, 0);
  }

  private Behavior<PartitionReplica.Command> replica(FilePartition file) {
    return Behaviors.receiveMessage(
        command -> {
          Append append = (Append) command;
          appends.add(append);
          Errors end = appendsEnd;
          if (append.requiredLeaderEpoch() != file.view().leaderEpoch()) {
            end = Errors.FENCED_LEADER_EPOCH;
          }
          long base = file.view().log().logEndOffset();
          if (end == Errors.NONE) {
            file.write(append.records());
            long next = base + append.records().getInt(23) + 1;
            file.publish(next, next);
          }
          append.listener().released();
          if (end != null) {
            append.listener().completed(new AppendResult(end, "", base, -1, 0, List.of()));
          }
          return Behaviors.same();
        });
  }

  GroupResponse ask(String groupId, GroupRequest request) {
    try {
      return registry.ask(groupId, request).toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("No answer to " + request, e);
    }
  }

  /** Asks until the coordinator is there to answer, as clients do. */
  <R extends GroupResponse> R ask(String groupId, GroupRequest request, Class<R> type) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      GroupResponse response = ask(groupId, request);
      if (type.isInstance(response)) {
        return type.cast(response);
      }
      if (System.nanoTime() > until) {
        throw new AssertionError("Still " + response);
      }
      Thread.onSpinWait();
    }
  }

  ActorRef<ShardingEnvelope<GroupCoordinator.Command>> region() {
    return region;
  }

  ActorRef<GroupHost.Command> host() {
    return host;
  }

  @Override
  public void close() {
    kit.shutdownTestKit();
    files.values().forEach(FilePartition::close);
  }

  private static final class Images implements ImageSource {
    private final List<Listener> listeners = new ArrayList<>();
    private volatile ClusterImage current = ClusterImage.EMPTY;

    @Override
    public ClusterImage current() {
      return current;
    }

    @Override
    public synchronized Subscription subscribe(Listener listener) {
      listeners.add(listener);
      listener.onChange(ClusterImage.EMPTY, current);
      return () -> listeners.remove(listener);
    }

    synchronized void become(ClusterImage next) {
      ClusterImage old = current;
      current = next;
      listeners.forEach(listener -> listener.onChange(old, next));
    }
  }
}
