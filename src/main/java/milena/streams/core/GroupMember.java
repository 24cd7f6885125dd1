package milena.streams.core;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * A member of a classic consumer group, as Kafka's own consumer is one: with its assignors and its
 * encoding of subscriptions and assignments, so that both can be in one group.
 *
 * <pre>
 *   JOINING --joined, as leader--> DESCRIBING --topics described--> SYNCING
 *   JOINING --joined--> SYNCING --assigned--> STABLE (--heartbeat--> STABLE)
 *   SYNCING, STABLE --a rebalance--> JOINING
 *   (any) --not known any more--> JOINING, without what it had
 *   (any) --leave--> LEFT
 * </pre>
 *
 * Every call returns what is to be done, of which the last is the one thing to come back about. A
 * partition that a member had in one generation and has in the very next was nobody else's in
 * between, so it is kept as it is, whatever the protocol.
 */
public final class GroupMember {
  public static final short JOIN_VERSION = 9;
  public static final short SYNC_VERSION = 5;
  public static final short HEARTBEAT_VERSION = 4;
  public static final short LEAVE_VERSION = 5;
  private static final long BACKOFF_MS = 100;

  /**
   * How the member presents itself.
   *
   * @param instanceId of a static member (KIP-345), else null
   * @param rebalanceTimeoutMs how long the group waits for it in a rebalance
   * @param assignors in the order of preference
   */
  public record Identity(
      String groupId,
      String instanceId,
      int sessionTimeoutMs,
      int heartbeatMs,
      int rebalanceTimeoutMs,
      List<ConsumerPartitionAssignor> assignors) {}

  /** What is to be done. */
  public sealed interface Step {}

  /** Ask the group's coordinator; come back by {@link #answered} or {@link #unanswered}. */
  public record Ask(ApiMessage request, short version, int timeoutMs) implements Step {}

  /** Find out what the cluster knows of these topics; come back by {@link #described}. */
  public record Describe(Set<String> topics) implements Step {}

  /** Come back by {@link #waited}. */
  public record Wait(long millis) implements Step {}

  /** Look for the coordinator anew before the next ask. */
  public record ForgetCoordinator() implements Step {}

  /** Deliver nothing until the next assignment. */
  public record Pause() implements Step {}

  /** These are the member's partitions now; those kept go on as they are. */
  public record Assigned(
      Set<TopicPartition> added, Set<TopicPartition> kept, Set<TopicPartition> gone)
      implements Step {}

  /** The member can't go on. */
  public record Failed(ApiException cause) implements Step {}

  private enum State {
    JOINING,
    DESCRIBING,
    SYNCING,
    STABLE,
    LEFT
  }

  private final Identity self;
  private final MemberMessages messages;
  private final boolean cooperative;
  private Set<String> topics;
  private State state = State.JOINING;
  private String memberId = "";
  private int generation = -1;
  private Set<TopicPartition> owned = Set.of();
  private int ownedGeneration = -1;
  private JoinGroupResponseData joined;
  private boolean wantsToJoin;

  public GroupMember(Identity self, Set<String> topics) {
    this.self = self;
    this.topics = new TreeSet<>(topics);
    this.messages = new MemberMessages(self);
    this.cooperative = messages.isCooperative();
  }

  /** Empty before the coordinator has given one. */
  public String memberId() {
    return memberId;
  }

  /** The generation it is in; -1 for none. */
  public int generation() {
    return generation;
  }

  /** What it has been assigned. */
  public Set<TopicPartition> owned() {
    return owned;
  }

  /** Whether it is the one that assigns, and so has to notice when topics change. */
  public boolean isLeader() {
    return joined != null && memberId.equals(joined.leader());
  }

  /** The first steps. */
  public List<Step> start() {
    return join(new ArrayList<>());
  }

  /** The subscription is this from now on; it takes effect with the next heartbeat. */
  public void subscribe(Set<String> now) {
    if (!now.equals(topics)) {
      topics = new TreeSet<>(now);
      wantsToJoin = true;
    }
  }

  /** What the topics are has changed: a leader assigns anew, with the next heartbeat. */
  public void assignAnew() {
    wantsToJoin = true;
  }

  /** The last steps: says goodbye, if there is anybody to say it to. */
  public List<Step> leave() {
    State was = state;
    state = State.LEFT;
    if (was == State.LEFT || memberId.isEmpty() || self.instanceId() != null) {
      return List.of();
    }
    return List.of(messages.leave(memberId));
  }

  /** The coordinator's answer. */
  public List<Step> answered(ApiMessage answer) {
    List<Step> steps = new ArrayList<>();
    if (state == State.JOINING && answer instanceof JoinGroupResponseData join) {
      return onJoined(join, steps);
    } else if (state == State.SYNCING && answer instanceof SyncGroupResponseData sync) {
      return onSynced(sync, steps);
    } else if (state == State.STABLE && answer instanceof HeartbeatResponseData beat) {
      return onBeat(Errors.forCode(beat.errorCode()), steps);
    }
    return steps;
  }

  /** There was no answer, or no coordinator to ask. */
  public List<Step> unanswered(RuntimeException cause) {
    if (state == State.LEFT) {
      return List.of();
    }
    if (cause instanceof ApiException api && !(cause instanceof RetriableException)) {
      return List.of(new Failed(api));
    }
    if (state == State.SYNCING) {
      state = State.JOINING;
    }
    return List.of(new ForgetCoordinator(), new Wait(BACKOFF_MS));
  }

  /** The wait is over. */
  public List<Step> waited() {
    List<Step> steps = new ArrayList<>();
    return switch (state) {
      case JOINING -> join(steps);
      case DESCRIBING -> describe(steps);
      case STABLE -> wantsToJoin ? join(steps) : List.of(messages.beat(memberId, generation));
      case SYNCING, LEFT -> steps;
    };
  }

  /** What is known of the topics that were asked about. */
  public List<Step> described(Cluster cluster) {
    if (state != State.DESCRIBING) {
      return List.of();
    }
    return sync(messages.assign(joined, cluster), new ArrayList<>());
  }

  private List<Step> join(List<Step> steps) {
    state = State.JOINING;
    wantsToJoin = false;
    if (!cooperative && !owned.isEmpty()) {
      steps.add(new Pause());
    }
    steps.add(messages.join(memberId, topics, cooperative ? owned : Set.of(), ownedGeneration));
    return steps;
  }

  private List<Step> onJoined(JoinGroupResponseData answer, List<Step> steps) {
    Errors error = Errors.forCode(answer.errorCode());
    if (error == Errors.MEMBER_ID_REQUIRED) {
      memberId = answer.memberId();
      return join(steps);
    }
    if (error != Errors.NONE) {
      return onTrouble(error, steps);
    }
    joined = answer;
    memberId = answer.memberId();
    generation = answer.generationId();
    if (isLeader() && !answer.skipAssignment()) {
      state = State.DESCRIBING;
      return describe(steps);
    }
    return sync(List.of(), steps);
  }

  private List<Step> describe(List<Step> steps) {
    steps.add(new Describe(MemberMessages.topicsOf(joined)));
    return steps;
  }

  private List<Step> sync(List<SyncGroupRequestAssignment> assignments, List<Step> steps) {
    state = State.SYNCING;
    steps.add(messages.sync(joined, assignments));
    return steps;
  }

  private List<Step> onSynced(SyncGroupResponseData answer, List<Step> steps) {
    Errors error = Errors.forCode(answer.errorCode());
    if (error != Errors.NONE) {
      return onTrouble(error, steps);
    }
    Set<TopicPartition> now = messages.assigned(joined, answer);
    boolean unbroken = cooperative || generation == ownedGeneration + 1;
    Set<TopicPartition> kept = unbroken ? common(owned, now) : Set.of();
    Set<TopicPartition> gone = without(owned, kept);
    steps.add(new Assigned(without(now, kept), kept, gone));
    owned = now;
    ownedGeneration = generation;
    state = State.STABLE;
    if (cooperative && !gone.isEmpty()) {
      // What it has given up can only now be given to others.
      return join(steps);
    }
    steps.add(new Wait(self.heartbeatMs()));
    return steps;
  }

  private List<Step> onBeat(Errors error, List<Step> steps) {
    if (error != Errors.NONE) {
      return onTrouble(error, steps);
    }
    steps.add(new Wait(self.heartbeatMs()));
    return steps;
  }

  private List<Step> onTrouble(Errors error, List<Step> steps) {
    switch (error) {
      case REBALANCE_IN_PROGRESS:
        return join(steps);
      case UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION:
        if (!owned.isEmpty()) {
          steps.add(new Assigned(Set.of(), Set.of(), owned));
        }
        owned = Set.of();
        ownedGeneration = -1;
        generation = -1;
        memberId = error == Errors.UNKNOWN_MEMBER_ID ? "" : memberId;
        return join(steps);
      case COORDINATOR_LOAD_IN_PROGRESS:
        state = state == State.STABLE ? State.STABLE : State.JOINING;
        steps.add(new Wait(BACKOFF_MS));
        return steps;
      case NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE:
        state = state == State.STABLE ? State.STABLE : State.JOINING;
        steps.add(new ForgetCoordinator());
        steps.add(new Wait(BACKOFF_MS));
        return steps;
      default:
        if (error.exception() instanceof RetriableException) {
          state = state == State.STABLE ? State.STABLE : State.JOINING;
          steps.add(new Wait(BACKOFF_MS));
          return steps;
        }
        steps.add(new Failed(error.exception()));
        return steps;
    }
  }

  private static Set<TopicPartition> common(Set<TopicPartition> one, Set<TopicPartition> other) {
    Set<TopicPartition> both = new HashSet<>(one);
    both.retainAll(other);
    return Set.copyOf(both);
  }

  private static Set<TopicPartition> without(Set<TopicPartition> all, Set<TopicPartition> some) {
    Set<TopicPartition> rest = new HashSet<>(all);
    rest.removeAll(some);
    return Set.copyOf(rest);
  }
}
