package milena.broker.controller;

import java.util.random.RandomGenerator;
import milena.broker.controller.Controller.AllocateProducerIds;
import milena.broker.controller.Controller.AlterConfigs;
import milena.broker.controller.Controller.AlterInSync;
import milena.broker.controller.Controller.AssignReplicas;
import milena.broker.controller.Controller.ConfigsAltered;
import milena.broker.controller.Controller.CreatePartitions;
import milena.broker.controller.Controller.CreateTopics;
import milena.broker.controller.Controller.DeleteTopics;
import milena.broker.controller.Controller.InSyncAltered;
import milena.broker.controller.Controller.PartitionsCreated;
import milena.broker.controller.Controller.ProducerIdBlock;
import milena.broker.controller.Controller.ReplicasAssigned;
import milena.broker.controller.Controller.TopicsCreated;
import milena.broker.controller.Controller.TopicsDeleted;
import milena.common.config.ConfigRules;
import milena.metadata.ClusterImage;
import milena.metadata.ConfigDecisions;
import milena.metadata.Decision;
import milena.metadata.DirectoryDecisions;
import milena.metadata.InSyncDecisions;
import milena.metadata.ProducerIds;
import milena.metadata.TopicDecisions;

/**
 * Rules on the commands that can be decided on the image alone: who is heard of, and how long ago,
 * does not matter to them. Each method asks one of the pure deciders.
 */
final class ControllerDesk {
  private final RandomGenerator random;
  private final InSyncDecisions inSync;
  private final DirectoryDecisions directories;
  private final TopicDecisions topics;
  private final ConfigDecisions configs;

  ControllerDesk(ControllerSettings settings, ConfigRules rules, RandomGenerator random) {
    this.random = random;
    this.inSync = new InSyncDecisions(settings.minInSyncReplicas());
    this.directories = new DirectoryDecisions(settings.minInSyncReplicas());
    this.topics = new TopicDecisions(settings.topicDefaults(), rules);
    this.configs = new ConfigDecisions(rules, settings.minInSyncReplicas());
  }

  Ruling<?> alterInSync(ClusterImage image, AlterInSync command) {
    return new Ruling<>(
        inSync.alter(image, command.brokerId(), command.brokerEpoch(), command.changes()),
        outcomes -> command.replyTo().tell(new InSyncAltered(outcomes)));
  }

  Ruling<?> assignReplicas(ClusterImage image, AssignReplicas command) {
    return new Ruling<>(
        directories.assign(image, command.brokerId(), command.brokerEpoch(), command.replicas()),
        outcomes -> command.replyTo().tell(new ReplicasAssigned(outcomes)));
  }

  Ruling<?> allocateProducerIds(ClusterImage image, AllocateProducerIds command) {
    return new Ruling<>(
        ProducerIds.allocate(image, command.brokerId(), command.brokerEpoch()),
        block ->
            command
                .replyTo()
                .tell(new ProducerIdBlock(block.outcome(), block.first(), block.count())));
  }

  Ruling<?> createTopics(ClusterImage image, CreateTopics command) {
    return new Ruling<>(
        onlyIf(!command.validateOnly(), topics.create(image, command.topics(), random)),
        created -> command.replyTo().tell(new TopicsCreated(created)));
  }

  Ruling<?> deleteTopics(ClusterImage image, DeleteTopics command) {
    return new Ruling<>(
        topics.delete(image, command.topicIds()),
        outcomes -> command.replyTo().tell(new TopicsDeleted(outcomes)));
  }

  Ruling<?> createPartitions(ClusterImage image, CreatePartitions command) {
    return new Ruling<>(
        onlyIf(!command.validateOnly(), topics.grow(image, command.topics(), random)),
        outcomes -> command.replyTo().tell(new PartitionsCreated(outcomes)));
  }

  Ruling<?> alterConfigs(ClusterImage image, AlterConfigs command) {
    return new Ruling<>(
        onlyIf(!command.validateOnly(), configs.alter(image, command.changes())),
        altered -> command.replyTo().tell(new ConfigsAltered(altered)));
  }

  private static <R> Decision<R> onlyIf(boolean wanted, Decision<R> decision) {
    return wanted ? decision : decision.withoutEvents();
  }
}
