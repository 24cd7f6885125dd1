package milena.node;

import akka.actor.typed.Scheduler;
import java.util.ArrayList;
import java.util.List;
import milena.common.config.BrokerConfig;
import milena.kafka.api.AdminApis;
import milena.kafka.api.ApiHandler;
import milena.kafka.api.ApiRegistry;
import milena.kafka.api.ControllerAsk;
import milena.kafka.api.DeleteRecordsHandler;
import milena.kafka.api.DescribeProducersHandler;
import milena.kafka.api.FetchHandler;
import milena.kafka.api.InitProducerIdHandler;
import milena.kafka.api.ListOffsetsHandler;
import milena.kafka.api.LocalPartitions;
import milena.kafka.api.OffsetForLeaderEpochHandler;
import milena.kafka.api.ProduceHandler;
import milena.kafka.api.ProducerIdStock;
import milena.kafka.api.ServedFeatures;

/** Makes the handlers of all APIs that a node serves. */
final class Apis {
  private Apis() {}

  static ApiRegistry of(NodeParts parts) {
    List<ApiHandler<?>> handlers = new ArrayList<>();
    addData(parts, handlers);
    addAdmin(parts, handlers);
    return new ApiRegistry(handlers)
        .withApiVersions(ServedFeatures.of(() -> parts.images().current().lastSequence()));
  }

  private static void addData(NodeParts parts, List<ApiHandler<?>> handlers) {
    BrokerConfig config = parts.config();
    Scheduler scheduler = parts.system().scheduler();
    LocalPartitions partitions = new LocalPartitions(parts.images(), parts.registry());
    handlers.add(new ProduceHandler(partitions));
    handlers.add(
        new FetchHandler(
            partitions, config.network().fetchMaxBytes(), config.network().fetchSessionSlots()));
    handlers.add(new ListOffsetsHandler(partitions, parts.blocking()));
    handlers.add(new OffsetForLeaderEpochHandler(partitions));
    handlers.add(new DeleteRecordsHandler(partitions, scheduler));
    handlers.add(new DescribeProducersHandler(partitions));
    handlers.add(
        new InitProducerIdHandler(
            new ProducerIdStock(
                parts.controller(), scheduler, config.nodeId(), parts.standing()::epoch)));
  }

  private static void addAdmin(NodeParts parts, List<ApiHandler<?>> handlers) {
    AdminApis admin =
        new AdminApis(
            parts.config().nodeId(),
            parts.images(),
            parts.settings(),
            parts.registry(),
            new ControllerAsk(parts.controller(), parts.system().scheduler()),
            parts.directories(),
            LogbackLevels.ofThisProcess());
    handlers.addAll(admin.handlers());
  }
}
