package milena.group.classic;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import milena.group.message.GroupEvent.MembershipStored;
import milena.group.message.GroupMetadata;
import milena.group.message.GroupMetadata.MemberMetadata;
import milena.group.message.GroupRequest.CommitOffsets;
import milena.group.message.GroupRequest.Heartbeat;
import milena.group.message.GroupRequest.Join;
import milena.group.message.GroupRequest.Leave;
import milena.group.message.GroupRequest.Leave.Leaver;
import milena.group.message.GroupRequest.Sync;
import milena.group.message.GroupResponse.Described;
import milena.group.message.GroupResponse.Described.DescribedMember;
import milena.group.message.GroupResponse.HeartbeatAnswered;
import milena.group.message.GroupResponse.Left;
import milena.group.message.GroupResponse.Left.LeftMember;
import milena.group.message.GroupResponse.Synced;
import milena.group.message.Turn;
import org.apache.kafka.common.protocol.Errors;

/**
 * One group under the classic protocol: a deterministic, single-threaded machine. A request is
 * decided in a {@link Turn}, which collects the events to store and the replies that may be sent
 * once they are; a join or a sync that can't be answered yet is parked with its reply address. Time
 * comes in with each turn; {@link #nextDeadlineMs} says when {@link #tick} is wanted.
 *
 * <p>What the group is between two stored generations (phase, parked requests, deadlines) changes
 * as requests are decided and is lost with the coordinator. What it is for good changes by {@link
 * #apply} alone. No request may be decided between a turn that has events and their application.
 *
 * <p>{@link ClassicState} has the table of phases; {@link Rebalance} makes the way through them;
 * {@link Admission} decides on joins.
 *
 * @param <A> how the caller addresses a reply
 */
public final class ClassicGroup<A> {
  private final Membership<A> members = new Membership<>();
  private final Generation<A> generation = new Generation<>(members);
  private final Rebalance<A> rebalance;
  private final Admission<A> admission;

  public ClassicGroup(ClassicConfig config) {
    this.rebalance = new Rebalance<>(config, members, generation);
    this.admission = new Admission<>(config, members, generation, rebalance);
  }

  // What it is ------------------------------------------------------------------------------

  public ClassicState state() {
    return rebalance.state();
  }

  public int generation() {
    return generation.number();
  }

  /** Null in a group that never had a member. */
  public String protocolType() {
    return generation.protocolType();
  }

  /** Whether anything of it is stored. */
  public boolean isStored() {
    return generation.isStored();
  }

  /** When it became what it is; -1 when unknown. */
  public long stateSinceMs() {
    return rebalance.stateSinceMs();
  }

  /** Whether nobody is in the group or about to be. */
  public boolean isVacant() {
    return rebalance.isVacant();
  }

  public boolean usesConsumerProtocol() {
    return SubscribedTopics.CONSUMER_PROTOCOL_TYPE.equals(protocolType());
  }

  /** Which topics the members read, where that can be known. */
  public Optional<Set<String>> subscribedTopics() {
    return generation.subscribedTopics();
  }

  /** Whether members read the topic, or might: a consumer group that can't be read reads all. */
  public boolean isSubscribedTo(String topic) {
    return subscribedTopics().map(topics -> topics.contains(topic)).orElse(usesConsumerProtocol());
  }

  public long nextDeadlineMs() {
    long next = rebalance.nextDeadlineMs();
    for (Member<A> member : members.all()) {
      next = Math.min(next, member.sessionDeadlineMs);
    }
    return next;
  }

  // Requests --------------------------------------------------------------------------------

  /** A member wants in, or in again. */
  public void join(Join join, A from, Turn<A> turn) {
    admission.join(join, from, turn);
  }

  /** A member asks for its assignment. */
  public void sync(Sync sync, A from, Turn<A> turn) {
    Errors error = check(sync.memberId(), sync.instanceId(), sync.generation());
    if (error != Errors.NONE) {
      turn.reply(from, Synced.failed(error));
    } else if (differ(sync.protocolType(), protocolType())
        || differ(sync.protocolName(), generation.protocolName())) {
      turn.reply(from, Synced.failed(Errors.INCONSISTENT_GROUP_PROTOCOL));
    } else {
      Member<A> member = members.find(sync.memberId());
      switch (state()) {
        case PREPARING_REBALANCE -> turn.reply(from, Synced.failed(Errors.REBALANCE_IN_PROGRESS));
        case COMPLETING_REBALANCE -> rebalance.sync(member, sync.assignments(), from, turn);
        case STABLE -> {
          rebalance.synced(member);
          turn.reply(from, generation.synced(member.assignment()));
        }
        case EMPTY -> throw new IllegalStateException("An empty group has a member");
      }
    }
  }

  /** A member is alive. */
  public void heartbeat(Heartbeat heartbeat, A from, Turn<A> turn) {
    Errors error = check(heartbeat.memberId(), heartbeat.instanceId(), heartbeat.generation());
    if (error == Errors.NONE) {
      members.find(heartbeat.memberId()).extendSession(turn.nowMs());
      if (state() == ClassicState.PREPARING_REBALANCE) {
        error = Errors.REBALANCE_IN_PROGRESS;
      }
    }
    turn.reply(from, new HeartbeatAnswered(error));
  }

  /** Members leave. */
  public void leave(Leave leave, A from, Turn<A> turn) {
    boolean anyLeft = false;
    List<LeftMember> left = new ArrayList<>(leave.leavers().size());
    for (Leaver leaver : leave.leavers()) {
      Errors error = leaveOne(leaver, turn);
      anyLeft |= error == Errors.NONE;
      left.add(new LeftMember(leaver.memberId(), leaver.instanceId(), error));
    }
    if (anyLeft && state() != ClassicState.EMPTY) {
      rebalance.startOrComplete(turn);
    }
    turn.reply(from, new Left(left));
  }

  private Errors leaveOne(Leaver leaver, Turn<A> turn) {
    if (rebalance.isExpected(leaver.memberId())) {
      rebalance.forget(leaver.memberId());
      return Errors.NONE;
    }
    String id = leaver.memberId();
    if (id.isEmpty()) {
      id = leaver.instanceId() == null ? null : members.idOf(leaver.instanceId());
    }
    Errors error = id == null ? Errors.UNKNOWN_MEMBER_ID : members.check(id, leaver.instanceId());
    if (error == Errors.NONE) {
      rebalance.remove(id, turn);
    }
    return error;
  }

  /**
   * Whether this committer may commit offsets now. A member's commit keeps its session alive.
   *
   * @return NONE if it may
   */
  public Errors checkCommit(CommitOffsets commit, long nowMs) {
    if (commit.generation() < 0 && state() == ClassicState.EMPTY) {
      return Errors.NONE;
    }
    boolean isMember =
        commit.generation() >= 0 || !commit.memberId().isEmpty() || commit.instanceId() != null;
    if (!isMember) {
      return Errors.UNKNOWN_MEMBER_ID;
    }
    Errors error = check(commit.memberId(), commit.instanceId(), commit.generation());
    if (error != Errors.NONE) {
      return error;
    }
    if (state() == ClassicState.COMPLETING_REBALANCE) {
      // It has the new generation but no assignment: what it commits is of the one before.
      return Errors.REBALANCE_IN_PROGRESS;
    }
    members.find(commit.memberId()).extendSession(nowMs);
    return Errors.NONE;
  }

  /** What an administrator sees. */
  public Described describe() {
    boolean isStable = state() == ClassicState.STABLE;
    String protocol = isStable ? generation.protocolName() : "";
    return new Described(
        Errors.NONE,
        state().shownAs(),
        protocolType() == null ? "" : protocolType(),
        protocol,
        members.all().stream()
            .map(
                m ->
                    new DescribedMember(
                        m.id(),
                        m.instanceId(),
                        m.clientId(),
                        m.clientHost(),
                        isStable ? m.metadata(protocol) : Member.NOTHING,
                        m.assignment()))
            .toList());
  }

  // Time ------------------------------------------------------------------------------------

  /** Does all that is due. */
  public void tick(Turn<A> turn) {
    rebalance.giveUpExpected(turn);
    boolean anyDied = false;
    for (Member<A> member : members.snapshot()) {
      if (member.sessionDeadlineMs <= turn.nowMs()) {
        if (member.isExcusedFromHeartbeats()) {
          member.sessionDeadlineMs = Member.NEVER;
        } else {
          rebalance.remove(member.id(), turn);
          anyDied = true;
        }
      }
    }
    if (anyDied) {
      rebalance.startOrComplete(turn);
    }
    rebalance.tick(turn);
  }

  /** Lets the sessions stand still for a while in which no member could be heard. */
  public void prolongSessions(long byMs) {
    for (Member<A> member : members.all()) {
      if (member.sessionDeadlineMs != Member.NEVER) {
        member.sessionDeadlineMs += byMs;
      }
    }
  }

  // What is stored --------------------------------------------------------------------------

  /** The generation is stored. */
  public void apply(MembershipStored event) {
    GroupMetadata stored = event.metadata();
    Set<String> ids = new HashSet<>();
    stored.members().forEach(metadata -> ids.add(metadata.memberId()));
    members.retain(ids);
    for (MemberMetadata metadata : stored.members()) {
      Member<A> member = members.find(metadata.memberId());
      if (member != null && member.isAsStored(metadata, stored.protocolName())) {
        member.assign(metadata.assignment());
      } else {
        members.remove(metadata.memberId());
        members.add(Member.stored(metadata, stored.protocolName()));
      }
    }
    members.lead(stored.leader());
    rebalance.apply(stored);
  }

  /** The group is deleted: whoever was about to join it finds nothing. */
  public void applyRemoved() {
    members.retain(Set.of());
    rebalance.applyRemoved();
  }

  /** After a recovery: all members get a full session to be heard of. */
  public void recovered(long nowMs) {
    members.all().forEach(m -> m.extendSession(nowMs));
    generation.readSubscriptions();
  }

  // -----------------------------------------------------------------------------------------

  private Errors check(String memberId, String instanceId, int said) {
    Errors error = members.check(memberId, instanceId);
    return error == Errors.NONE && said != generation() ? Errors.ILLEGAL_GENERATION : error;
  }

  private static boolean differ(String said, String known) {
    return said != null && known != null && !said.equals(known);
  }
}
