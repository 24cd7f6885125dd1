package milena.kafka.api;

import java.util.List;
import milena.broker.partition.PartitionRegistry;
import milena.broker.partition.ReplicaDirectory;
import milena.metadata.ImageSource;
import milena.metadata.SettingsInForce;

/**
 * The handlers that look after topics and settings, made of what they share.
 *
 * @param directories this broker's log directories
 */
public record AdminApis(
    int nodeId,
    ImageSource images,
    SettingsInForce settings,
    PartitionRegistry registry,
    ControllerAsk controller,
    List<ReplicaDirectory> directories,
    LogLevels logLevels,
    ServedFeatures features) {

  /** One handler for each API. */
  public List<ApiHandler<?>> handlers() {
    ImageWaits waits = new ImageWaits(images);
    TopicReadiness readiness = new TopicReadiness(nodeId, waits, registry);
    AutoCreation creation = new AutoCreation(controller, settings, readiness);
    ConfigAlterations alterations = new ConfigAlterations(nodeId, controller, settings, logLevels);
    return List.of(
        new MetadataHandler(nodeId, images, settings, creation),
        new DescribeClusterHandler(nodeId, images),
        new DescribeQuorumHandler(controller, System::currentTimeMillis),
        new DescribeTopicPartitionsHandler(images, settings),
        new CreateTopicsHandler(controller, settings, readiness),
        new DeleteTopicsHandler(images, settings, controller, waits),
        new CreatePartitionsHandler(images, controller, readiness),
        new ElectLeadersHandler(controller),
        new AlterPartitionReassignmentsHandler(controller),
        new ListPartitionReassignmentsHandler(images),
        new UnregisterBrokerHandler(controller),
        new UpdateFeaturesHandler(features),
        new DescribeConfigsHandler(nodeId, images, settings, logLevels),
        new AlterConfigsHandler(alterations),
        new IncrementalAlterConfigsHandler(alterations),
        new DescribeLogDirsHandler(registry, directories),
        new ListConfigResourcesHandler(images));
  }
}
