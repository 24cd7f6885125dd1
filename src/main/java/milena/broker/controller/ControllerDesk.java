package milena.broker.controller;

import java.util.random.RandomGenerator;
import milena.broker.controller.Controller.AllocateProducerIds;
import milena.broker.controller.Controller.AlterConfigs;
import milena.broker.controller.Controller.AlterInSync;
import milena.broker.controller.Controller.AlterReassignments;
import milena.broker.controller.Controller.AssignReplicas;
import milena.broker.controller.Controller.BrokerGone;
import milena.broker.controller.Controller.ConfigsAltered;
import milena.broker.controller.Controller.CreatePartitions;
import milena.broker.controller.Controller.CreateTopics;
import milena.broker.controller.Controller.DeleteTopics;
import milena.broker.controller.Controller.ElectLeaders;
import milena.broker.controller.Controller.InSyncAltered;
import milena.broker.controller.Controller.LeadersElected;
import milena.broker.controller.Controller.PartitionsCreated;
import milena.broker.controller.Controller.ProducerIdBlock;
import milena.broker.controller.Controller.ReassignmentsAltered;
import milena.broker.controller.Controller.ReplicasAssigned;
import milena.broker.controller.Controller.TopicsCreated;
import milena.broker.controller.Controller.TopicsDeleted;
import milena.broker.controller.Controller.UnregisterBroker;
import milena.common.Outcome;
import milena.common.config.ConfigRules;
import milena.metadata.BrokerDecisions;
import milena.metadata.ClusterImage;
import milena.metadata.ConfigDecisions;
import milena.metadata.Decision;
import milena.metadata.DirectoryDecisions;
import milena.metadata.ElectionDecisions;
import milena.metadata.InSyncDecisions;
import milena.metadata.ProducerIds;
import milena.metadata.Reassignments;
import milena.metadata.TopicDecisions;

/**
 * Rules on the commands that can be decided on the image alone: who is heard of, and how long ago,
 * does not matter to them. Each method asks one of the pure deciders.
 */
final class ControllerDesk {
  private final RandomGenerator random;
  private final InSyncDecisions inSync;
  private final DirectoryDecisions directories;
  private final Reassignments reassignments;
  private final ElectionDecisions elections;
  private final BrokerDecisions brokers;
  private final TopicDecisions topics;
  private final ConfigDecisions configs;

  ControllerDesk(ControllerSettings settings, ConfigRules rules, RandomGenerator random) {
    this.random = random;
    this.inSync = new InSyncDecisions(settings.elections());
    this.directories = new DirectoryDecisions(settings.elections());
    this.reassignments = new Reassignments(settings.elections());
    this.elections = new ElectionDecisions(settings.elections());
    this.brokers = new BrokerDecisions(settings.elections());
    this.topics = new TopicDecisions(settings.topicDefaults(), rules);
    this.configs = new ConfigDecisions(rules, settings.elections());
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

  Ruling<?> alterReassignments(ClusterImage image, AlterReassignments command) {
    return new Ruling<>(
        reassignments.alter(image, command.replicas(), command.mayChangeFactor(), random),
        outcomes -> command.replyTo().tell(new ReassignmentsAltered(outcomes)));
  }

  Ruling<?> electLeaders(ClusterImage image, ElectLeaders command) {
    return new Ruling<>(
        elections.elect(image, command.type(), command.partitions()),
        elected -> command.replyTo().tell(new LeadersElected(Outcome.SUCCESS, elected)));
  }

  /** How many leaders go back to their preferred replicas, and how. */
  Decision<Integer> balance(ClusterImage image, int most) {
    return elections.balance(image, most);
  }

  Ruling<?> unregisterBroker(ClusterImage image, UnregisterBroker command) {
    return new Ruling<>(
        brokers.unregister(image, command.brokerId()),
        outcome -> command.replyTo().tell(new BrokerGone(outcome)));
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
