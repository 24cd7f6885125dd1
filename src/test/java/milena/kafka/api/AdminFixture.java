package milena.kafka.api;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import milena.broker.controller.Controller;
import milena.broker.partition.PartitionRegistry;
import milena.broker.partition.PartitionView;
import milena.broker.partition.ReplicaDirectory;
import milena.broker.partition.TestReplica;
import milena.common.Outcome;
import milena.common.TopicIdPartition;
import milena.common.config.BrokerConfig;
import milena.common.config.SettingsRules;
import milena.metadata.BrokerDecisions;
import milena.metadata.BrokerEvent;
import milena.metadata.BrokerImage;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.ClusterEvent;
import milena.metadata.ConfigDecisions;
import milena.metadata.Decision;
import milena.metadata.ElectionDecisions;
import milena.metadata.ElectionRules;
import milena.metadata.Reassignments;
import milena.metadata.SettingsInForce;
import milena.metadata.TopicDecisions;
import milena.metadata.TopicDecisions.TopicDefaults;
import milena.metadata.TopicImage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;

/**
 * The handlers of one broker, number 1, with a controller that decides as the real one does and
 * commits to an image box. Each call goes through the bytes of its version, both ways.
 */
final class AdminFixture {
  final ImageBox images = new ImageBox();
  final PartitionRegistry registry = new PartitionRegistry();
  final Map<String, String> logLevels = new TreeMap<>(Map.of("root", "INFO", "milena", "DEBUG"));

  /** Whether partitions open by themselves as soon as the image has them. */
  volatile boolean opens = true;

  private final ReplicaDirectory directory;
  private final BrokerConfig config;
  private final ApiRegistry apis;

  AdminFixture(ActorTestKit kit, String... settings) {
    this(kit, null, settings);
  }

  /**
   * @param directory the broker's log directory; null where a test asks for none
   */
  AdminFixture(ActorTestKit kit, ReplicaDirectory directory, String... settings) {
    this.directory = directory;
    config = config(settings);
    images.apply(
        new ClusterEvent.ClusterNamed("cluster-1"),
        new BrokerEvent.BrokerRegistered(broker(1, false, "PLAINTEXT", "INSIDE")));
    images.subscribe((old, now) -> openAll());
    AdminApis admin =
        new AdminApis(
            1,
            images,
            new SettingsInForce(config, images),
            registry,
            new ControllerAsk(kit.spawn(controller()), kit.scheduler()),
            directory == null ? List.of() : List.of(directory),
            loggers(),
            ServedFeatures.of(() -> 5));
    apis = new ApiRegistry(admin.handlers());
  }

  static BrokerImage broker(int id, boolean fenced, String... listeners) {
    Map<String, Endpoint> endpoints = new HashMap<>();
    for (String listener : listeners) {
      endpoints.put(listener, new Endpoint(listener.toLowerCase() + id, 9092, "PLAINTEXT"));
    }
    return new BrokerImage(
        id,
        10 + id,
        new Uuid(1, id),
        endpoints,
        Optional.of("rack" + id),
        List.of(new Uuid(7, 1000 + id)),
        fenced,
        false);
  }

  private static BrokerConfig config(String... settings) {
    Map<String, String> given = new HashMap<>();
    given.put("process.roles", "broker,controller");
    given.put("node.id", "1");
    given.put("controller.quorum.voters", "1@localhost:9093");
    given.put("listeners", "PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093");
    given.put("controller.listener.names", "CONTROLLER");
    given.put("offsets.topic.replication.factor", "1");
    for (String setting : settings) {
      String[] pair = setting.split("=", 2);
      given.put(pair[0], pair[1]);
    }
    return BrokerConfig.parse(given).config();
  }

  /** Asks in this version, from the listener PLAINTEXT. */
  <R extends ApiMessage> R call(int version, ApiMessage request) {
    return this.<R>start(version, request).orTimeout(10, TimeUnit.SECONDS).join();
  }

  @SuppressWarnings("unchecked")
  <R extends ApiMessage> CompletableFuture<R> start(int version, ApiMessage request) {
    ApiMessageType type = ApiMessageType.fromApiKey(request.apiKey());
    ApiMessage sent = throughBytes(version, request, type.newRequest());
    return handle(version, sent)
        .thenApply(response -> (R) throughBytes(version, response, type.newResponse()));
  }

  @SuppressWarnings("unchecked")
  private CompletableFuture<ApiMessage> handle(int version, ApiMessage request) {
    ApiHandler<ApiMessage> handler =
        (ApiHandler<ApiMessage>) (ApiHandler<?>) apis.find(request.apiKey());
    return handler
        .handle(RequestContexts.version(version), request)
        .<ApiMessage>thenApply(Function.identity())
        .toCompletableFuture();
  }

  private static ApiMessage throughBytes(int version, ApiMessage message, ApiMessage empty) {
    ByteBuffer bytes = MessageUtil.toByteBufferAccessor(message, (short) version).buffer();
    empty.read(new ByteBufferAccessor(bytes), (short) version);
    return empty;
  }

  private void openAll() {
    if (opens) {
      images.current().topics().values().forEach(this::open);
    }
  }

  void open(TopicImage topic) {
    for (int i = 0; i < topic.partitions().size(); i++) {
      TopicIdPartition id = new TopicIdPartition(topic.id(), i);
      if (registry.find(id) == null && topic.partition(i).replicas().contains(1)) {
        new TestReplica(view(topic, i, true), directory).enter(registry);
      }
    }
  }

  static PartitionView view(TopicImage topic, int partition, boolean leading) {
    return new PartitionView(
        new TopicIdPartition(topic.id(), partition),
        new TopicPartition(topic.name(), partition),
        leading,
        1,
        0,
        0,
        8,
        8,
        new TestLogView(10, 1234),
        false);
  }

  private Behavior<Controller.Command> controller() {
    SettingsRules rules = new SettingsRules(config.layers());
    TopicDefaults defaults =
        new TopicDefaults(config.topics().partitions(), config.topics().replicationFactor());
    TopicDecisions topics = new TopicDecisions(defaults, rules);
    ConfigDecisions configs = new ConfigDecisions(rules, new ElectionRules(1, false));
    ElectionRules rulesOfElection = new ElectionRules(1, false);
    Reassignments reassignments = new Reassignments(rulesOfElection);
    ElectionDecisions elections = new ElectionDecisions(rulesOfElection);
    BrokerDecisions brokers = new BrokerDecisions(rulesOfElection);
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    return Behaviors.receive(Controller.Command.class)
        .onMessage(
            Controller.CreateTopics.class,
            ask -> {
              var made = topics.create(images.current(), ask.topics(), random);
              ask.replyTo().tell(new Controller.TopicsCreated(commit(made, ask.validateOnly())));
              return Behaviors.same();
            })
        .onMessage(
            Controller.DeleteTopics.class,
            ask -> {
              List<Outcome> gone = commit(topics.delete(images.current(), ask.topicIds()), false);
              ask.replyTo().tell(new Controller.TopicsDeleted(gone));
              return Behaviors.same();
            })
        .onMessage(
            Controller.CreatePartitions.class,
            ask -> {
              var grown = topics.grow(images.current(), ask.topics(), random);
              ask.replyTo()
                  .tell(new Controller.PartitionsCreated(commit(grown, ask.validateOnly())));
              return Behaviors.same();
            })
        .onMessage(
            Controller.AlterReassignments.class,
            ask -> {
              var moved =
                  reassignments.alter(
                      images.current(), ask.replicas(), ask.mayChangeFactor(), random);
              ask.replyTo().tell(new Controller.ReassignmentsAltered(commit(moved, false)));
              return Behaviors.same();
            })
        .onMessage(
            Controller.ElectLeaders.class,
            ask -> {
              var elected = elections.elect(images.current(), ask.type(), ask.partitions());
              ask.replyTo()
                  .tell(new Controller.LeadersElected(Outcome.SUCCESS, commit(elected, false)));
              return Behaviors.same();
            })
        .onMessage(
            Controller.UnregisterBroker.class,
            ask -> {
              var gone = brokers.unregister(images.current(), ask.brokerId());
              ask.replyTo().tell(new Controller.BrokerGone(commit(gone, false)));
              return Behaviors.same();
            })
        .onMessage(
            Controller.AlterConfigs.class,
            ask -> {
              var altered = configs.alter(images.current(), ask.changes());
              ask.replyTo()
                  .tell(new Controller.ConfigsAltered(commit(altered, ask.validateOnly())));
              return Behaviors.same();
            })
        .build();
  }

  private <R> R commit(Decision<R> decision, boolean validateOnly) {
    if (!validateOnly && !decision.events().isEmpty()) {
      images.apply(decision.events());
    }
    return decision.reply();
  }

  private LogLevels loggers() {
    return new LogLevels() {
      @Override
      public Map<String, String> levels() {
        return Map.copyOf(logLevels);
      }

      @Override
      public void set(String logger, String level) {
        logLevels.put(logger, level);
      }

      @Override
      public void unset(String logger) {
        logLevels.put(logger, logLevels.get("root"));
      }
    };
  }
}
