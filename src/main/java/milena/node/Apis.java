package milena.node;

import akka.actor.typed.Scheduler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import milena.common.config.BrokerConfig;
import milena.kafka.api.AdminApis;
import milena.kafka.api.AlterReplicaLogDirsHandler;
import milena.kafka.api.ApiHandler;
import milena.kafka.api.ApiRegistry;
import milena.kafka.api.ControllerAsk;
import milena.kafka.api.CoordinatorTopic;
import milena.kafka.api.DeleteGroupsHandler;
import milena.kafka.api.DeleteRecordsHandler;
import milena.kafka.api.DescribeGroupsHandler;
import milena.kafka.api.DescribeProducersHandler;
import milena.kafka.api.FetchHandler;
import milena.kafka.api.FindCoordinatorHandler;
import milena.kafka.api.GroupAccess;
import milena.kafka.api.HeartbeatHandler;
import milena.kafka.api.ImageWaits;
import milena.kafka.api.InitProducerIdHandler;
import milena.kafka.api.InternalTopics;
import milena.kafka.api.JoinGroupHandler;
import milena.kafka.api.LeaveGroupHandler;
import milena.kafka.api.ListGroupsHandler;
import milena.kafka.api.ListOffsetsHandler;
import milena.kafka.api.LocalPartitions;
import milena.kafka.api.OffsetCommitHandler;
import milena.kafka.api.OffsetDeleteHandler;
import milena.kafka.api.OffsetFetchHandler;
import milena.kafka.api.OffsetForLeaderEpochHandler;
import milena.kafka.api.ProduceHandler;
import milena.kafka.api.ProducerIdStock;
import milena.kafka.api.ReadAhead;
import milena.kafka.api.ServedFeatures;
import milena.kafka.api.SyncGroupHandler;
import milena.kafka.api.TopicReadiness;
import milena.metadata.ImageSource;
import org.apache.kafka.common.protocol.ApiKeys;

/** Makes the handlers of all APIs that a node serves. */
final class Apis {
  /**
   * The same, known before there is a handler, for those who come while the node starts. Who adds a
   * handler below adds its API here, as a test demands.
   */
  static final Set<ApiKeys> SERVED =
      Collections.unmodifiableSet(
          EnumSet.of(
              ApiKeys.PRODUCE,
              ApiKeys.FETCH,
              ApiKeys.LIST_OFFSETS,
              ApiKeys.OFFSET_FOR_LEADER_EPOCH,
              ApiKeys.DELETE_RECORDS,
              ApiKeys.DESCRIBE_PRODUCERS,
              ApiKeys.INIT_PRODUCER_ID,
              ApiKeys.METADATA,
              ApiKeys.DESCRIBE_CLUSTER,
              ApiKeys.DESCRIBE_QUORUM,
              ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
              ApiKeys.CREATE_TOPICS,
              ApiKeys.DELETE_TOPICS,
              ApiKeys.CREATE_PARTITIONS,
              ApiKeys.ELECT_LEADERS,
              ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
              ApiKeys.LIST_PARTITION_REASSIGNMENTS,
              ApiKeys.UNREGISTER_BROKER,
              ApiKeys.UPDATE_FEATURES,
              ApiKeys.DESCRIBE_CONFIGS,
              ApiKeys.ALTER_CONFIGS,
              ApiKeys.INCREMENTAL_ALTER_CONFIGS,
              ApiKeys.DESCRIBE_LOG_DIRS,
              ApiKeys.ALTER_REPLICA_LOG_DIRS,
              ApiKeys.LIST_CONFIG_RESOURCES,
              ApiKeys.FIND_COORDINATOR,
              ApiKeys.JOIN_GROUP,
              ApiKeys.SYNC_GROUP,
              ApiKeys.HEARTBEAT,
              ApiKeys.LEAVE_GROUP,
              ApiKeys.DESCRIBE_GROUPS,
              ApiKeys.LIST_GROUPS,
              ApiKeys.DELETE_GROUPS,
              ApiKeys.OFFSET_COMMIT,
              ApiKeys.OFFSET_FETCH,
              ApiKeys.OFFSET_DELETE));

  private static final String READ_AHEAD = "milena.read-ahead-dispatcher";

  private Apis() {}

  static ApiRegistry of(NodeParts parts) {
    List<ApiHandler<?>> handlers = new ArrayList<>();
    addData(parts, handlers);
    ServedFeatures features = ServedFeatures.of(() -> parts.images().current().lastSequence());
    addAdmin(parts, features, handlers);
    addGroups(parts, handlers);
    return new ApiRegistry(handlers).withApiVersions(features);
  }

  private static void addData(NodeParts parts, List<ApiHandler<?>> handlers) {
    BrokerConfig config = parts.config();
    Scheduler scheduler = parts.system().scheduler();
    LocalPartitions partitions = new LocalPartitions(parts.images(), parts.registry());
    handlers.add(new ProduceHandler(partitions, config.nodeId()));
    handlers.add(
        new FetchHandler(
            partitions,
            parts.throttle(),
            new ReadAhead(NodeExecutors.dispatcher(parts.system(), READ_AHEAD)),
            config.network().fetchMaxBytes(),
            config.network().fetchSessionSlots(),
            config.replication().rackAwareFetching()));
    handlers.add(new ListOffsetsHandler(partitions, parts.blocking()));
    handlers.add(new OffsetForLeaderEpochHandler(partitions));
    handlers.add(new DeleteRecordsHandler(partitions, scheduler));
    handlers.add(new DescribeProducersHandler(partitions));
    handlers.add(
        new InitProducerIdHandler(
            new ProducerIdStock(
                parts.controller(), scheduler, config.nodeId(), parts.standing()::epoch)));
  }

  private static void addAdmin(
      NodeParts parts, ServedFeatures features, List<ApiHandler<?>> handlers) {
    AdminApis admin =
        new AdminApis(
            parts.config().nodeId(),
            parts.images(),
            parts.settings(),
            parts.registry(),
            new ControllerAsk(parts.controller(), parts.system().scheduler()),
            parts.directories(),
            LogbackLevels.ofThisProcess(),
            features);
    handlers.addAll(admin.handlers());
    handlers.add(
        new AlterReplicaLogDirsHandler(
            parts.images(), parts.directories(), parts.reconciler(), parts.system().scheduler()));
  }

  private static void addGroups(NodeParts parts, List<ApiHandler<?>> handlers) {
    GroupAccess groups = new GroupAccess(parts.groups());
    ImageSource images = parts.images();
    ImageWaits waits = new ImageWaits(images);
    CoordinatorTopic offsets =
        new CoordinatorTopic(
            InternalTopics.offsets(parts.config()),
            new ControllerAsk(parts.controller(), parts.system().scheduler()),
            waits,
            new TopicReadiness(parts.config().nodeId(), waits, parts.registry()));
    handlers.add(new FindCoordinatorHandler(images, offsets));
    handlers.add(
        new JoinGroupHandler(
            groups, parts.groupConfig().classic(), () -> UUID.randomUUID().toString()));
    handlers.add(new SyncGroupHandler(groups));
    handlers.add(new HeartbeatHandler(groups));
    handlers.add(new LeaveGroupHandler(groups));
    handlers.add(new DescribeGroupsHandler(groups));
    handlers.add(new ListGroupsHandler(groups));
    handlers.add(new DeleteGroupsHandler(groups));
    handlers.add(new OffsetCommitHandler(groups, images));
    handlers.add(new OffsetFetchHandler(groups, images));
    handlers.add(new OffsetDeleteHandler(groups, images));
  }
}
