package milena.group.classic;

import java.util.LinkedHashMap;
import java.util.Map;
import milena.group.message.GroupEvent.MembershipStored;
import milena.group.message.GroupRequest.Join;
import milena.group.message.GroupResponse.Joined;
import milena.group.message.GroupResponse.Synced;
import milena.group.message.Turn;
import org.apache.kafka.common.protocol.Errors;

/**
 * Who gets into a group, and as whom: newcomers, who are first given an id where they understand
 * that (KIP-394), members that join again, and new incarnations of static ones (KIP-345).
 */
final class Admission<A> {
  private final ClassicConfig config;
  private final Membership<A> members;
  private final Generation<A> generation;
  private final Rebalance<A> rebalance;

  Admission(
      ClassicConfig config,
      Membership<A> members,
      Generation<A> generation,
      Rebalance<A> rebalance) {
    this.config = config;
    this.members = members;
    this.generation = generation;
    this.rebalance = rebalance;
  }

  void join(Join join, A from, Turn<A> turn) {
    boolean isUnknown = join.memberId().isEmpty();
    if (!isUnknown && !generation.isStored() && rebalance.isVacant()) {
      turn.reply(from, Joined.failed(Errors.UNKNOWN_MEMBER_ID, join.memberId()));
    } else if (!mayEnter(join.memberId())) {
      rebalance.remove(join.memberId(), turn);
      rebalance.completeIfAllJoined(turn);
      turn.reply(from, Joined.failed(Errors.GROUP_MAX_SIZE_REACHED, ""));
    } else if (!agreesOn(join)) {
      turn.reply(from, Joined.failed(Errors.INCONSISTENT_GROUP_PROTOCOL, join.memberId()));
    } else if (isUnknown) {
      joinUnknown(join, from, turn);
    } else {
      joinKnown(join, from, turn);
    }
  }

  private void joinUnknown(Join join, A from, Turn<A> turn) {
    String name = join.instanceId() == null ? join.clientId() : join.instanceId();
    String newId = name + "-" + join.freshId();
    if (join.instanceId() != null && members.idOf(join.instanceId()) != null) {
      replaceStatic(join, members.idOf(join.instanceId()), newId, from, turn);
    } else if (join.instanceId() == null && join.memberIdRequired()) {
      rebalance.expect(newId, turn.nowMs() + join.sessionTimeoutMs());
      turn.reply(from, Joined.failed(Errors.MEMBER_ID_REQUIRED, newId));
    } else {
      admit(newId, join, from, turn);
    }
  }

  private void joinKnown(Join join, A from, Turn<A> turn) {
    String id = join.memberId();
    if (join.instanceId() == null && rebalance.isExpected(id)) {
      admit(id, join, from, turn);
      return;
    }
    Errors error = members.check(id, join.instanceId());
    if (error != Errors.NONE) {
      turn.reply(from, Joined.failed(error, id));
      return;
    }
    Member<A> member = members.find(id);
    boolean isNews =
        switch (rebalance.state()) {
          case PREPARING_REBALANCE -> true;
          case COMPLETING_REBALANCE -> !member.saidTheSame(join.protocols());
          // A leader rejoins a stable group when it wants to assign anew, whatever its reason.
          case STABLE -> members.isLeader(id) || !member.saidTheSame(join.protocols());
          case EMPTY -> throw new IllegalStateException("An empty group has a member: " + id);
        };
    if (isNews) {
      member.update(join);
      rebalance.park(member, from, turn);
      rebalance.startOrComplete(turn);
    } else {
      // It may not have got the answer to its first join.
      boolean tellMembers =
          rebalance.state() == ClassicState.COMPLETING_REBALANCE && members.isLeader(member.id());
      turn.reply(from, generation.joined(member, tellMembers, members.leader(), false));
    }
  }

  private void admit(String id, Join join, A from, Turn<A> turn) {
    Member<A> member = Member.joining(id, join);
    member.isNew = true;
    rebalance.admit(member, join.protocolType());
    rebalance.park(member, from, turn);
    // A new member doesn't know its id before the join is answered, so it has no heartbeats to
    // send, and its connection is not read meanwhile: only this deadline ends a join whose client
    // has gone.
    member.sessionDeadlineMs = turn.nowMs() + config.newMemberJoinTimeoutMs();
    rebalance.startOrComplete(turn);
  }

  /** A static member came again, without the id that its last incarnation had. */
  private void replaceStatic(Join join, String oldId, String newId, A from, Turn<A> turn) {
    String oldLeader = members.leader();
    Member<A> old = members.find(oldId);
    if (old.joining != null) {
      turn.reply(old.joining, Joined.failed(Errors.FENCED_INSTANCE_ID, oldId));
    }
    if (old.syncing != null) {
      turn.reply(old.syncing, Synced.failed(Errors.FENCED_INSTANCE_ID));
    }
    Member<A> member = members.replace(oldId, newId);
    rebalance.replaced(oldId, newId);
    member.update(join);
    member.extendSession(turn.nowMs());
    switch (rebalance.state()) {
      case STABLE -> {
        if (members.elect().equals(generation.protocolName())) {
          // Nothing changes for the others: it takes over what its last incarnation had.
          Map<String, byte[]> assignments = new LinkedHashMap<>();
          members.all().forEach(m -> assignments.put(m.id(), m.assignment()));
          turn.write(new MembershipStored(rebalance.toMetadata(assignments)));
          boolean leads = join.understandsSkipAssignment() && members.isLeader(newId);
          String toldLeader = join.understandsSkipAssignment() ? members.leader() : oldLeader;
          turn.reply(from, generation.joined(member, leads, toldLeader, leads));
        } else {
          rebalance.park(member, from, turn);
          rebalance.startOrComplete(turn);
        }
      }
      case COMPLETING_REBALANCE, PREPARING_REBALANCE -> {
        // The leader may already be assigning to the old id, so all must join once more.
        rebalance.park(member, from, turn);
        rebalance.startOrComplete(turn);
      }
      case EMPTY -> throw new IllegalStateException("An empty group has a member: " + oldId);
    }
  }

  private boolean mayEnter(String memberId) {
    return switch (rebalance.state()) {
      case EMPTY -> true;
      // Who is waiting already stays; the rest are let in as they come, up to the limit, so that
      // a group which is larger than a lowered limit shrinks at its next rebalance.
      case PREPARING_REBALANCE ->
          members.has(memberId) && members.find(memberId).joining != null
              || members.joiningCount() < config.maxSize();
      case COMPLETING_REBALANCE, STABLE ->
          members.has(memberId) || members.size() < config.maxSize();
    };
  }

  private boolean agreesOn(Join join) {
    if (join.protocolType().isEmpty() || join.protocols().isEmpty()) {
      return false;
    }
    return rebalance.state() == ClassicState.EMPTY
        || join.protocolType().equals(generation.protocolType())
            && members.canAgreeOn(join.protocols());
  }
}
