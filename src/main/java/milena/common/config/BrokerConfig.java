package milena.common.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A node's settings, read once and checked against one another. The records inside are what other
 * packages are given; {@link #withDynamic} makes the value that is in force after a change at run
 * time.
 *
 * @param layers where it all comes from
 */
public record BrokerConfig(
    int nodeId,
    Set<Role> roles,
    Optional<String> rack,
    ListenersConfig listeners,
    QuorumConfig quorum,
    Directories directories,
    Network network,
    Topics topics,
    Upkeep upkeep,
    Replication replication,
    Liveness liveness,
    Groups groups,
    Offsets offsets,
    Transactions transactions,
    ConfigLayers layers) {

  public BrokerConfig {
    roles = Set.copyOf(roles);
  }

  /** What a node is for. */
  public enum Role {
    BROKER,
    CONTROLLER
  }

  /**
   * A configuration that a node can start with.
   *
   * @param warnings one line each
   * @param idle the settings that were given a value of their own and have no effect
   */
  public record Parsed(BrokerConfig config, List<String> warnings, List<Setting> idle) {}

  /**
   * Reads a configuration.
   *
   * @param given as in a server.properties file
   * @throws SettingsException with a line for each thing that is wrong
   */
  public static Parsed parse(Map<String, String> given) {
    return new BrokerConfigParser(given).parse();
  }

  /** The same node under other dynamic settings; what can't change at run time stays. */
  public BrokerConfig withDynamic(Map<String, String> ofCluster, Map<String, String> ofBroker) {
    ConfigLayers now = layers.with(ofCluster, ofBroker);
    return new BrokerConfig(
        nodeId,
        roles,
        rack,
        listeners,
        quorum,
        directories,
        Network.of(now),
        Topics.of(now),
        Upkeep.of(now),
        Replication.of(now),
        Liveness.of(now),
        Groups.of(now),
        Offsets.of(now),
        Transactions.of(now),
        now);
  }

  public boolean isBroker() {
    return roles.contains(Role.BROKER);
  }

  public boolean isController() {
    return roles.contains(Role.CONTROLLER);
  }

  /** What is in force for a topic with these settings of its own. */
  public LogConfig logConfig(Map<String, String> ofTopic) {
    return LogConfig.of(ofTopic, layers);
  }

  /**
   * Where the data lies.
   *
   * @param logs each log directory once, in the order given
   * @param metadata the directory of the metadata log, one of {@code logs} where not given
   */
  public record Directories(List<Path> logs, Path metadata) {
    public Directories {
      logs = List.copyOf(logs);
    }
  }

  /**
   * Sockets, connections and requests.
   *
   * @param maxQueuedBytes empty where the node is to choose
   * @param maxPerIpOverrides by address or host name
   * @param remotePort of a broker-only node's actor messages, 0 for a free one
   */
  public record Network(
      int sendBufferBytes,
      int receiveBufferBytes,
      int maxRequestBytes,
      int backlog,
      int maxConnections,
      int maxConnectionsPerIp,
      Map<String, Integer> maxPerIpOverrides,
      int maxCreationRate,
      long maxIdleMs,
      Optional<Long> maxQueuedBytes,
      int maxQueuedRequests,
      int fetchMaxBytes,
      int fetchSessionSlots,
      int requestTimeoutMs,
      int maxDescribedPartitions,
      int remotePort) {

    static Network of(ConfigLayers layers) {
      long queued = layers.wide("queued.max.request.bytes");
      return new Network(
          layers.socketBuffer("socket.send.buffer.bytes"),
          layers.integer("socket.receive.buffer.bytes"),
          layers.integer("socket.request.max.bytes"),
          layers.integer("socket.listen.backlog.size"),
          layers.integer("max.connections"),
          layers.integer("max.connections.per.ip"),
          BrokerConfigParser.counts(layers.text("max.connections.per.ip.overrides")),
          layers.integer("max.connection.creation.rate"),
          layers.wide("connections.max.idle.ms"),
          queued > 0 ? Optional.of(queued) : Optional.empty(),
          layers.integer("queued.max.requests"),
          layers.integer("fetch.max.bytes"),
          layers.integer("max.incremental.fetch.session.cache.slots"),
          layers.integer("request.timeout.ms"),
          layers.integer("max.request.partition.size.limit"),
          layers.integer("milena.remote.port"));
    }
  }

  /** What new topics get, and whether they may come and go. */
  public record Topics(
      int partitions, short replicationFactor, boolean autoCreate, boolean deletable) {
    static Topics of(ConfigLayers layers) {
      return new Topics(
          layers.integer("num.partitions"),
          (short) layers.integer("default.replication.factor"),
          layers.flag("auto.create.topics.enable"),
          layers.flag("delete.topic.enable"));
    }
  }

  /**
   * How the logs are looked after.
   *
   * @param flushCheckMs how often logs are looked through for records due to be forced to disk;
   *     {@code Long.MAX_VALUE} for never
   */
  public record Upkeep(
      long retentionCheckMs,
      long flushCheckMs,
      int recoveryCheckpointMs,
      int logStartCheckpointMs,
      long highWatermarkCheckpointMs,
      boolean compaction,
      int compactionThreads,
      long compactionBufferBytes,
      double compactionLoadFactor,
      double compactionBytesPerSecond,
      long compactionBackoffMs,
      int producerExpiryMs,
      int producerExpiryCheckMs) {
    public static Upkeep of(ConfigLayers layers) {
      return new Upkeep(
          layers.wide("log.retention.check.interval.ms"),
          layers.wide("log.flush.scheduler.interval.ms"),
          layers.integer("log.flush.offset.checkpoint.interval.ms"),
          layers.integer("log.flush.start.offset.checkpoint.interval.ms"),
          layers.wide("replica.high.watermark.checkpoint.interval.ms"),
          layers.flag("log.cleaner.enable"),
          layers.integer("log.cleaner.threads"),
          layers.wide("log.cleaner.dedupe.buffer.size"),
          layers.real("log.cleaner.io.buffer.load.factor"),
          layers.real("log.cleaner.io.max.bytes.per.second"),
          layers.wide("log.cleaner.backoff.ms"),
          layers.integer("producer.id.expiration.ms"),
          layers.integer("producer.id.expiration.check.interval.ms"));
    }
  }

  /** How followers keep up. */
  public record Replication(
      long maxLagMs,
      int fetchMaxBytes,
      int fetchResponseMaxBytes,
      int fetchMinBytes,
      int fetchMaxWaitMs,
      int fetchBackoffMs,
      int socketTimeoutMs,
      int receiveBufferBytes,
      boolean rackAwareFetching) {
    static Replication of(ConfigLayers layers) {
      return new Replication(
          layers.wide("replica.lag.time.max.ms"),
          layers.integer("replica.fetch.max.bytes"),
          layers.integer("replica.fetch.response.max.bytes"),
          layers.integer("replica.fetch.min.bytes"),
          layers.integer("replica.fetch.wait.max.ms"),
          layers.integer("replica.fetch.backoff.ms"),
          layers.integer("replica.socket.timeout.ms"),
          layers.socketBuffer("replica.socket.receive.buffer.bytes"),
          layers.optional("replica.selector.class").isPresent());
    }
  }

  /** How often leadership goes back to the preferred replicas; empty for never. */
  public Optional<Duration> leaderBalance() {
    return layers.flag("auto.leader.rebalance.enable")
        ? Optional.of(Duration.ofSeconds(layers.wide("leader.imbalance.check.interval.seconds")))
        : Optional.empty();
  }

  /** How broker and controller know of one another. */
  public record Liveness(
      int heartbeatMs, int sessionMs, int registrationTimeoutMs, boolean controlledShutdown) {
    static Liveness of(ConfigLayers layers) {
      return new Liveness(
          layers.integer("broker.heartbeat.interval.ms"),
          layers.integer("broker.session.timeout.ms"),
          layers.integer("initial.broker.registration.timeout.ms"),
          layers.flag("controlled.shutdown.enable"));
    }
  }

  /** The bounds of classic groups. */
  public record Groups(
      int minSessionMs, int maxSessionMs, int initialRebalanceDelayMs, int maxSize) {
    static Groups of(ConfigLayers layers) {
      return new Groups(
          layers.integer("group.min.session.timeout.ms"),
          layers.integer("group.max.session.timeout.ms"),
          layers.integer("group.initial.rebalance.delay.ms"),
          layers.integer("group.max.size"));
    }
  }

  /** Committed offsets and the topic that holds them. */
  public record Offsets(
      InternalTopic topic,
      int maxMetadataBytes,
      int commitTimeoutMs,
      int loadBufferBytes,
      long retentionMs,
      long retentionCheckMs) {
    static Offsets of(ConfigLayers layers) {
      return new Offsets(
          InternalTopic.of(layers, "offsets.topic.", OptionalInt.empty()),
          layers.integer("offset.metadata.max.bytes"),
          layers.integer("offsets.commit.timeout.ms"),
          layers.integer("offsets.load.buffer.size"),
          layers.integer("offsets.retention.minutes") * 60_000L,
          layers.wide("offsets.retention.check.interval.ms"));
    }
  }

  /** Transactions and the topic that holds their state. */
  public record Transactions(InternalTopic topic, int maxTimeoutMs, int idExpiryMs) {
    static Transactions of(ConfigLayers layers) {
      int minIsr = layers.integer("transaction.state.log.min.isr");
      return new Transactions(
          InternalTopic.of(layers, "transaction.state.log.", OptionalInt.of(minIsr)),
          layers.integer("transaction.max.timeout.ms"),
          layers.integer("transactional.id.expiration.ms"));
    }
  }

  /** The measures of a topic that brokers make for themselves. */
  public record InternalTopic(
      int partitions, short replicationFactor, int segmentBytes, OptionalInt minInSyncReplicas) {
    private static InternalTopic of(ConfigLayers layers, String prefix, OptionalInt minIsr) {
      return new InternalTopic(
          layers.integer(prefix + "num.partitions"),
          (short) layers.integer(prefix + "replication.factor"),
          layers.integer(prefix + "segment.bytes"),
          minIsr);
    }
  }
}
