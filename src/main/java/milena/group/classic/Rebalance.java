package milena.group.classic;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import milena.group.message.GroupEvent.MembershipStored;
import milena.group.message.GroupMetadata;
import milena.group.message.GroupResponse.Joined;
import milena.group.message.GroupResponse.Synced;
import milena.group.message.Turn;
import org.apache.kafka.common.protocol.Errors;

/**
 * The way from one generation to the next: which phase the group is in, whom it waits for, and
 * until when.
 *
 * <pre>
 *          join                  all joined, or time is up            leader's assignment stored
 *   EMPTY ------> PREPARING_REBALANCE ------------> COMPLETING_REBALANCE ------------> STABLE
 *     ^               |        ^                            |                            |
 *     +---------------+        +----------------------------+----------------------------+
 *        none is left              a member joins anew, changes, leaves or dies
 * </pre>
 */
final class Rebalance<A> {
  private static final long NEVER = Member.NEVER;

  private final ClassicConfig config;
  private final Membership<A> members;
  private final Generation<A> generation;

  private ClassicState state = ClassicState.EMPTY;
  private long stateSinceMs = -1;

  private final ExpectedMembers expected = new ExpectedMembers();

  /** Members of this generation that have not asked for their assignment. */
  private final Set<String> unsynced = new HashSet<>();

  /** When to go on without those who have not joined. */
  private long joinDeadlineMs = NEVER;

  /** When to go on without those who have not synced. */
  private long syncDeadlineMs = NEVER;

  /** Whether this is the first rebalance after the group was empty, which gives time to gather. */
  private boolean isInitial;

  private boolean admittedSinceDeadlineSet;
  private long initialRemainingMs;

  Rebalance(ClassicConfig config, Membership<A> members, Generation<A> generation) {
    this.config = config;
    this.members = members;
    this.generation = generation;
  }

  ClassicState state() {
    return state;
  }

  long stateSinceMs() {
    return stateSinceMs;
  }

  // Whom it waits for -----------------------------------------------------------------------

  /** Whether nobody is in the group or about to be. */
  boolean isVacant() {
    return members.isEmpty() && expected.isEmpty() && state == ClassicState.EMPTY;
  }

  /** Whether this id was given to somebody who shall join with it. */
  boolean isExpected(String id) {
    return expected.contains(id);
  }

  void expect(String id, long untilMs) {
    expected.add(id, untilMs);
  }

  /** Waits for this one no longer. */
  void forget(String id) {
    expected.remove(id);
    unsynced.remove(id);
  }

  /** Takes somebody out of the group, if it is in it; what it waits for is answered. */
  void remove(String id, Turn<A> turn) {
    Member<A> removed = members.remove(id);
    forget(id);
    if (removed != null) {
      if (removed.joining != null) {
        turn.reply(removed.joining, Joined.failed(Errors.UNKNOWN_MEMBER_ID, ""));
      }
      if (removed.syncing != null) {
        turn.reply(removed.syncing, Synced.failed(Errors.UNKNOWN_MEMBER_ID));
      }
    }
  }

  void replaced(String oldId, String newId) {
    if (unsynced.remove(oldId)) {
      unsynced.add(newId);
    }
  }

  void admit(Member<A> member, String itsProtocolType) {
    if (members.isEmpty()) {
      generation.begin(itsProtocolType);
    }
    if (state == ClassicState.PREPARING_REBALANCE && isInitial) {
      admittedSinceDeadlineSet = true;
    }
    members.add(member);
    expected.remove(member.id());
  }

  /** Keeps a join until the generation is complete. An older one of the same member is let go. */
  void park(Member<A> member, A join, Turn<A> turn) {
    if (member.joining != null) {
      turn.reply(member.joining, Joined.failed(Errors.REBALANCE_IN_PROGRESS, member.id()));
    }
    member.joining = join;
  }

  long nextDeadlineMs() {
    return Math.min(expected.nextDeadlineMs(), Math.min(joinDeadlineMs, syncDeadlineMs));
  }

  // The joins -------------------------------------------------------------------------------

  /** Something changed: begins a rebalance, or goes on with the one under way. */
  void startOrComplete(Turn<A> turn) {
    if (state == ClassicState.PREPARING_REBALANCE) {
      completeIfAllJoined(turn);
    } else {
      start(turn);
    }
  }

  private void start(Turn<A> turn) {
    if (state == ClassicState.COMPLETING_REBALANCE) {
      for (Member<A> member : members.all()) {
        member.assign(Member.NOTHING);
        if (member.syncing != null) {
          turn.reply(member.syncing, Synced.failed(Errors.REBALANCE_IN_PROGRESS));
          member.syncing = null;
          member.extendSession(turn.nowMs());
        }
      }
    }
    unsynced.clear();
    syncDeadlineMs = NEVER;
    isInitial = state == ClassicState.EMPTY;
    enter(ClassicState.PREPARING_REBALANCE, turn);
    int delayMs = config.initialRebalanceDelayMs();
    if (isInitial && delayMs == 0) {
      completeJoins(turn);
    } else if (isInitial) {
      admittedSinceDeadlineSet = false;
      initialRemainingMs = Math.max(members.rebalanceTimeoutMs() - delayMs, 0);
      joinDeadlineMs = turn.nowMs() + delayMs;
    } else {
      joinDeadlineMs = turn.nowMs() + members.rebalanceTimeoutMs();
      completeIfAllJoined(turn);
    }
  }

  /** Ends the joins when there is nobody left to wait for. */
  void completeIfAllJoined(Turn<A> turn) {
    if (state == ClassicState.PREPARING_REBALANCE
        && !isInitial
        && expected.isEmpty()
        && members.allJoining()) {
      completeJoins(turn);
    }
  }

  /** Goes on with those who have joined. Static members may be late: they keep their place. */
  private void completeJoins(Turn<A> turn) {
    for (Member<A> member : members.snapshot()) {
      if (member.joining == null && !member.isStatic()) {
        members.remove(member.id());
      }
    }
    if (!members.isEmpty() && !members.electJoinedLeader()) {
      // Nobody is there to lead. Their sessions will tell who is still alive.
      isInitial = false;
      joinDeadlineMs = turn.nowMs() + members.rebalanceTimeoutMs();
      return;
    }
    joinDeadlineMs = NEVER;
    isInitial = false;
    generation.next();
    unsynced.clear();
    if (members.isEmpty()) {
      enter(ClassicState.EMPTY, turn);
      turn.write(new MembershipStored(toMetadata(Map.of())));
      return;
    }
    enter(ClassicState.COMPLETING_REBALANCE, turn);
    syncDeadlineMs = turn.nowMs() + members.rebalanceTimeoutMs();
    for (Member<A> member : members.all()) {
      if (member.joining != null) {
        boolean leads = members.isLeader(member.id());
        turn.reply(member.joining, generation.joined(member, leads, members.leader(), false));
        member.joining = null;
      }
      member.isNew = false;
      member.extendSession(turn.nowMs());
      unsynced.add(member.id());
    }
  }

  // The syncs -------------------------------------------------------------------------------

  /** Parks a sync; the leader's makes the assignment, and with it the answer for all. */
  void sync(Member<A> member, Map<String, byte[]> assignments, A from, Turn<A> turn) {
    if (member.syncing != null) {
      turn.reply(member.syncing, Synced.failed(Errors.REBALANCE_IN_PROGRESS));
    }
    member.syncing = from;
    synced(member);
    if (!members.isLeader(member.id())) {
      return;
    }
    turn.write(new MembershipStored(generation.toMetadata(assignments, turn.wallMs())));
    for (Member<A> waiting : members.all()) {
      if (waiting.syncing != null) {
        byte[] assignment = assignments.getOrDefault(waiting.id(), Member.NOTHING);
        turn.reply(waiting.syncing, generation.synced(assignment));
        waiting.syncing = null;
        waiting.extendSession(turn.nowMs());
      }
    }
  }

  /** The member has asked for its assignment. */
  void synced(Member<A> member) {
    unsynced.remove(member.id());
    if (unsynced.isEmpty()) {
      syncDeadlineMs = NEVER;
    }
  }

  // Time ------------------------------------------------------------------------------------

  /** Lets go of those who were given an id and did not come. */
  void giveUpExpected(Turn<A> turn) {
    if (expected.expire(turn.nowMs())) {
      completeIfAllJoined(turn);
    }
  }

  void tick(Turn<A> turn) {
    if (joinDeadlineMs <= turn.nowMs()) {
      if (isInitial && admittedSinceDeadlineSet && initialRemainingMs > 0) {
        long delayMs = Math.min(config.initialRebalanceDelayMs(), initialRemainingMs);
        admittedSinceDeadlineSet = false;
        initialRemainingMs -= delayMs;
        joinDeadlineMs = turn.nowMs() + delayMs;
      } else {
        completeJoins(turn);
      }
    }
    if (syncDeadlineMs <= turn.nowMs()) {
      for (String id : unsynced) {
        members.remove(id);
      }
      start(turn);
    }
  }

  // What is stored --------------------------------------------------------------------------

  GroupMetadata toMetadata(Map<String, byte[]> assignments) {
    return generation.toMetadata(assignments, stateSinceMs);
  }

  void apply(GroupMetadata stored) {
    generation.apply(stored);
    stateSinceMs = stored.stateSinceMs();
    state = stored.members().isEmpty() ? ClassicState.EMPTY : ClassicState.STABLE;
  }

  void applyRemoved() {
    generation.applyRemoved();
    state = ClassicState.EMPTY;
    stateSinceMs = -1;
    expected.clear();
    unsynced.clear();
    joinDeadlineMs = NEVER;
    syncDeadlineMs = NEVER;
  }

  // -----------------------------------------------------------------------------------------

  private void enter(ClassicState next, Turn<A> turn) {
    state = next;
    stateSinceMs = turn.wallMs();
  }
}
