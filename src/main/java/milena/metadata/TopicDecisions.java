package milena.metadata;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import milena.common.Outcome;
import milena.common.config.ConfigRules;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;

/**
 * Decides about topics: what may be made, with which partitions where, what is deleted, what grows.
 * Each topic of a request stands on its own; all that succeed make one commit.
 */
public final class TopicDecisions {
  /** Kafka's bound on the partitions of one request, which keeps a commit from growing forever. */
  static final int MAX_PARTITIONS_PER_REQUEST = 10_000;

  private final TopicDefaults defaults;
  private final ConfigRules rules;

  /** What a topic gets when a client leaves it open. */
  public record TopicDefaults(int partitions, short replicationFactor) {}

  public TopicDecisions(TopicDefaults defaults, ConfigRules rules) {
    this.defaults = defaults;
    this.rules = rules;
  }

  /**
   * Makes topics.
   *
   * @param random gives new topics their ids and their places on the ring of brokers
   */
  public Decision<List<CreatedTopic>> create(
      ClusterImage image, List<NewTopic> wanted, RandomGenerator random) {
    Draft draft = new Draft(image);
    Map<String, String> unified = namesThatCollide(image);
    List<CreatedTopic> answers = new ArrayList<>(wanted.size());
    int made = 0;
    for (NewTopic topic : wanted) {
      try {
        CreatedTopic created = create(draft, unified, topic, random, made);
        made += created.partitions();
        answers.add(created);
      } catch (Refusal refusal) {
        answers.add(CreatedTopic.failed(topic.name(), refusal.outcome()));
      }
    }
    return draft.decide(List.copyOf(answers));
  }

  private CreatedTopic create(
      Draft draft,
      Map<String, String> unified,
      NewTopic topic,
      RandomGenerator random,
      int madeBefore) {
    requireFreeName(draft.image(), unified, topic.name());
    Map<String, String> settings = settings(topic);
    int asked = topic.assignments().isEmpty() ? topic.partitions() : topic.assignments().size();
    requireRoom(madeBefore + Math.max(asked, 1));
    PartitionPlans plans = new PartitionPlans(draft.image(), random.nextInt());
    List<PartitionImage> partitions =
        topic.assignments().isEmpty() ? placed(plans, topic) : byHand(plans, topic);
    Uuid id = newId(draft.image(), random);
    draft.add(new TopicEvent.TopicCreated(id, topic.name(), partitions));
    if (!settings.isEmpty()) {
      draft.add(new ClusterEvent.ConfigsReplaced(resource(topic.name()), settings));
    }
    if (Topic.hasCollisionChars(topic.name())) {
      unified.put(Topic.unifyCollisionChars(topic.name()), topic.name());
    }
    return new CreatedTopic(
        topic.name(),
        id,
        Outcome.SUCCESS,
        partitions.size(),
        (short) partitions.get(0).replicas().size(),
        settings);
  }

  private static void requireFreeName(
      ClusterImage image, Map<String, String> unified, String name) {
    try {
      Topic.validate(name);
    } catch (InvalidTopicException e) {
      throw new Refusal(Errors.INVALID_TOPIC_EXCEPTION, e.getMessage());
    }
    if (image.topic(name) != null) {
      throw new Refusal(Errors.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists.");
    }
    String other =
        Topic.hasCollisionChars(name) ? unified.get(Topic.unifyCollisionChars(name)) : null;
    if (other != null) {
      throw new Refusal(
          Errors.INVALID_TOPIC_EXCEPTION,
          "Topic '" + name + "' collides with existing topic: " + other);
    }
  }

  /** Names with a dot or an underscore, which some metrics can't tell apart, by the common form. */
  private static Map<String, String> namesThatCollide(ClusterImage image) {
    Map<String, String> unified = new HashMap<>();
    for (String name : image.topicIds().keySet()) {
      if (Topic.hasCollisionChars(name)) {
        unified.put(Topic.unifyCollisionChars(name), name);
      }
    }
    return unified;
  }

  private Map<String, String> settings(NewTopic topic) {
    if (topic.configs().isEmpty()) {
      return Map.of();
    }
    Outcome outcome = rules.validate(resource(topic.name()), topic.configs());
    if (!outcome.ok()) {
      throw new Refusal(outcome.toError(), outcome.message());
    }
    Map<String, String> settings = new HashMap<>(topic.configs());
    settings.values().removeIf(value -> value == null);
    return settings;
  }

  private List<PartitionImage> placed(PartitionPlans plans, NewTopic topic) {
    if (topic.replicationFactor() < -1 || topic.replicationFactor() == 0) {
      throw new Refusal(
          Errors.INVALID_REPLICATION_FACTOR,
          "Replication factor must be larger than 0, or -1 to use the default value.");
    }
    if (topic.partitions() < -1 || topic.partitions() == 0) {
      throw new Refusal(
          Errors.INVALID_PARTITIONS,
          "Number of partitions was set to an invalid non-positive value.");
    }
    return plans.placed(
        0,
        topic.partitions() == -1 ? defaults.partitions() : topic.partitions(),
        topic.replicationFactor() == -1 ? defaults.replicationFactor() : topic.replicationFactor());
  }

  private static List<PartitionImage> byHand(PartitionPlans plans, NewTopic topic) {
    if (topic.replicationFactor() != -1) {
      throw new Refusal(
          Errors.INVALID_REQUEST,
          "A manual partition assignment was specified, but replication factor was not set to -1.");
    }
    if (topic.partitions() != -1) {
      throw new Refusal(
          Errors.INVALID_REQUEST,
          "A manual partition assignment was specified, but numPartitions was not set to -1.");
    }
    int replicationFactor = topic.assignments().get(0).brokers().size();
    Map<Integer, PartitionImage> byIndex = new TreeMap<>();
    for (NewTopic.Assignment assignment : topic.assignments()) {
      int index = assignment.partition();
      PartitionImage partition = plans.byHand(index, assignment.brokers(), replicationFactor);
      if (byIndex.put(index, partition) != null) {
        throw new Refusal(
            Errors.INVALID_REPLICA_ASSIGNMENT,
            "Found multiple manual partition assignments for partition " + index);
      }
    }
    for (int i = 0; i < byIndex.size(); i++) {
      if (!byIndex.containsKey(i)) {
        throw new Refusal(
            Errors.INVALID_REPLICA_ASSIGNMENT,
            "partitions should be a consecutive 0-based integer sequence");
      }
    }
    return List.copyOf(byIndex.values());
  }

  /** Deletes topics; one answer for each id. */
  public Decision<List<Outcome>> delete(ClusterImage image, List<Uuid> ids) {
    Draft draft = new Draft(image);
    List<Outcome> answers = new ArrayList<>(ids.size());
    for (Uuid id : ids) {
      if (draft.image().topic(id) == null) {
        answers.add(Outcome.of(Errors.UNKNOWN_TOPIC_ID));
      } else {
        draft.add(new TopicEvent.TopicDeleted(id));
        answers.add(Outcome.SUCCESS);
      }
    }
    return draft.decide(List.copyOf(answers));
  }

  /** Adds partitions to topics; one answer for each. */
  public Decision<List<Outcome>> grow(
      ClusterImage image, List<NewPartitions> wanted, RandomGenerator random) {
    Draft draft = new Draft(image);
    List<Outcome> answers = new ArrayList<>(wanted.size());
    int added = 0;
    for (NewPartitions more : wanted) {
      try {
        added += grow(draft, more, random, added);
        answers.add(Outcome.SUCCESS);
      } catch (Refusal refusal) {
        answers.add(refusal.outcome());
      }
    }
    return draft.decide(List.copyOf(answers));
  }

  private static int grow(
      Draft draft, NewPartitions wanted, RandomGenerator random, int addedBefore) {
    TopicImage topic = draft.image().topic(wanted.topic());
    if (topic == null) {
      throw new Refusal(
          Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.UNKNOWN_TOPIC_OR_PARTITION.message());
    }
    int present = topic.partitions().size();
    if (wanted.count() == present) {
      throw new Refusal(
          Errors.INVALID_PARTITIONS, "Topic already has " + present + " partition(s).");
    }
    if (wanted.count() < present) {
      throw new Refusal(
          Errors.INVALID_PARTITIONS,
          "The topic %s currently has %d partition(s); %d would not be an increase."
              .formatted(wanted.topic(), present, wanted.count()));
    }
    int added = wanted.count() - present;
    requireRoom(addedBefore + added);
    int replicationFactor = topic.partitions().get(0).replicasWanted().size();
    PartitionPlans plans = new PartitionPlans(draft.image(), random.nextInt());
    List<PartitionImage> partitions =
        wanted
            .assignments()
            .map(lists -> grownByHand(plans, lists, present, added, replicationFactor))
            .orElseGet(() -> plans.placed(present, added, replicationFactor));
    draft.add(new TopicEvent.PartitionsAdded(topic.id(), partitions));
    return added;
  }

  private static List<PartitionImage> grownByHand(
      PartitionPlans plans, List<List<Integer>> lists, int first, int added, int factor) {
    if (lists.size() != added) {
      throw new Refusal(
          Errors.INVALID_REPLICA_ASSIGNMENT,
          "Attempted to add %d additional partition(s), but only %d assignment(s) were specified."
              .formatted(added, lists.size()));
    }
    List<PartitionImage> partitions = new ArrayList<>(added);
    for (List<Integer> brokers : lists) {
      partitions.add(plans.byHand(first + partitions.size(), brokers, factor));
    }
    return partitions;
  }

  private static void requireRoom(int partitions) {
    if (partitions > MAX_PARTITIONS_PER_REQUEST) {
      throw new Refusal(
          Errors.POLICY_VIOLATION, "Excessively large number of partitions per request.");
    }
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }

  private static Uuid newId(ClusterImage image, RandomGenerator random) {
    while (true) {
      Uuid id = RandomIds.next(random);
      if (image.topic(id) == null) {
        return id;
      }
    }
  }
}
