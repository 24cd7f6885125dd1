package milena.group;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import milena.group.classic.ClassicGroup;
import milena.group.classic.ClassicState;
import milena.group.message.CommittedOffset;
import milena.group.message.GroupEvent;
import milena.group.message.GroupEvent.GroupRemoved;
import milena.group.message.GroupEvent.MembershipStored;
import milena.group.message.GroupRequest;
import milena.group.message.GroupRequest.CommitOffsets;
import milena.group.message.GroupRequest.Delete;
import milena.group.message.GroupRequest.DeleteOffsets;
import milena.group.message.GroupRequest.Describe;
import milena.group.message.GroupRequest.FetchOffsets;
import milena.group.message.GroupRequest.Heartbeat;
import milena.group.message.GroupRequest.Join;
import milena.group.message.GroupRequest.Leave;
import milena.group.message.GroupRequest.Sync;
import milena.group.message.GroupRequest.TopicsDeleted;
import milena.group.message.GroupResponse.Deleted;
import milena.group.message.GroupResponse.Described;
import milena.group.message.GroupResponse.Noted;
import milena.group.message.GroupResponse.OffsetsCommitted;
import milena.group.message.GroupResponse.OffsetsDeleted;
import milena.group.message.Turn;
import milena.group.offsets.CommittedOffsets;
import org.apache.kafka.common.protocol.Errors;

/**
 * One group whole: its members and its offsets. It decides requests in turns and changes what it is
 * for good by {@link #apply} alone, on the live path and on recovery alike.
 *
 * <p>A group needs no creation: one that nobody ever spoke of answers as Kafka does for a group
 * that does not exist, and {@link #exists} tells it apart.
 *
 * @param <A> how the caller addresses a reply
 */
public final class Group<A> {
  private static final String CLASSIC_TYPE = "classic";

  private final String groupId;
  private final GroupConfig config;
  private final ClassicGroup<A> members;
  private final CommittedOffsets offsets;
  private long expiryCheckMs = Long.MAX_VALUE;

  public Group(String groupId, GroupConfig config) {
    this.groupId = groupId;
    this.config = config;
    this.members = new ClassicGroup<>(config.classic());
    this.offsets = new CommittedOffsets(config.offsets());
  }

  /** Whether there is anything to remember, or anyone to wait for. */
  public boolean exists() {
    return members.isStored() || !offsets.isEmpty() || !members.isVacant();
  }

  /** Whether anything of it is stored, so that it has to be found again after a restart. */
  public boolean isStored() {
    return members.isStored() || !offsets.isEmpty();
  }

  /** As it is listed. */
  public GroupView view() {
    String protocolType = members.protocolType() == null ? "" : members.protocolType();
    return new GroupView(groupId, protocolType, members.state().shownAs(), CLASSIC_TYPE);
  }

  /** When {@link #tick} is wanted; Long.MAX_VALUE for never. */
  public long nextDeadlineMs() {
    return Math.min(members.nextDeadlineMs(), expiryCheckMs);
  }

  /** Decides a request. The replies in the turn may be this request's and others' before it. */
  public void decide(GroupRequest request, A from, Turn<A> turn) {
    if (request instanceof Heartbeat heartbeat) {
      members.heartbeat(heartbeat, from, turn);
    } else if (request instanceof CommitOffsets commit) {
      turn.reply(from, commit(commit, turn));
    } else if (request instanceof FetchOffsets fetch) {
      turn.reply(from, offsets.fetch(fetch));
    } else if (request instanceof Join join) {
      members.join(join, from, turn);
    } else if (request instanceof Sync sync) {
      members.sync(sync, from, turn);
    } else if (request instanceof Leave leave) {
      members.leave(leave, from, turn);
    } else if (request instanceof Describe) {
      turn.reply(from, exists() ? members.describe() : NOBODY);
    } else if (request instanceof DeleteOffsets delete) {
      turn.reply(from, deleteOffsets(delete, turn));
    } else if (request instanceof Delete) {
      turn.reply(from, delete(turn));
    } else if (request instanceof TopicsDeleted deleted) {
      Set<String> gone = new HashSet<>(deleted.topics());
      offsets.removeTopics(gone::contains, turn);
      turn.reply(from, new Noted());
    } else {
      throw new IllegalArgumentException("No group knows " + request);
    }
  }

  private static final Described NOBODY =
      new Described(Errors.GROUP_ID_NOT_FOUND, ClassicState.DEAD, "", "", List.of());

  private OffsetsCommitted commit(CommitOffsets commit, Turn<A> turn) {
    Errors error;
    if (!exists() && commit.generation() >= 0) {
      error =
          commit.understandsGroupNotFound() ? Errors.GROUP_ID_NOT_FOUND : Errors.ILLEGAL_GENERATION;
    } else {
      error = members.checkCommit(commit, turn.nowMs());
    }
    return error == Errors.NONE
        ? offsets.commit(commit, turn)
        : new OffsetsCommitted(error, List.of());
  }

  private OffsetsDeleted deleteOffsets(DeleteOffsets delete, Turn<A> turn) {
    if (!exists()) {
      return new OffsetsDeleted(Errors.GROUP_ID_NOT_FOUND, List.of());
    }
    if (members.state() != ClassicState.EMPTY && !members.usesConsumerProtocol()) {
      return new OffsetsDeleted(Errors.NON_EMPTY_GROUP, List.of());
    }
    return offsets.delete(delete, members::isSubscribedTo, turn);
  }

  private Deleted delete(Turn<A> turn) {
    if (!exists()) {
      return new Deleted(Errors.GROUP_ID_NOT_FOUND);
    }
    if (members.state() != ClassicState.EMPTY) {
      return new Deleted(Errors.NON_EMPTY_GROUP);
    }
    offsets.removeTopics(topic -> true, turn);
    turn.write(new GroupRemoved());
    return new Deleted(Errors.NONE);
  }

  /** Does all that is due. */
  public void tick(Turn<A> turn) {
    members.tick(turn);
    // A turn that changed the membership is applied first; the check comes again with the next.
    if (expiryCheckMs <= turn.nowMs() && turn.events().isEmpty()) {
      expiryCheckMs = turn.nowMs() + config.offsets().retentionCheckIntervalMs();
      expire(turn);
    }
  }

  private void expire(Turn<A> turn) {
    boolean isEmpty = members.state() == ClassicState.EMPTY;
    boolean noneLeft;
    if (offsets.isEmpty()) {
      noneLeft = true;
    } else if (members.protocolType() == null) {
      // Nobody ever joined: offsets are all it is used for, and each ages on its own.
      noneLeft = offsets.expire(members::isSubscribedTo, CommittedOffset::commitTimestampMs, turn);
    } else if (isEmpty) {
      long since = members.stateSinceMs();
      noneLeft =
          offsets.expire(
              members::isSubscribedTo,
              offset -> since < 0 ? offset.commitTimestampMs() : since,
              turn);
    } else if (members.state() == ClassicState.STABLE
        && members.usesConsumerProtocol()
        && members.subscribedTopics().isPresent()) {
      noneLeft = offsets.expire(members::isSubscribedTo, CommittedOffset::commitTimestampMs, turn);
    } else {
      noneLeft = false;
    }
    if (noneLeft && members.isVacant() && members.isStored()) {
      turn.write(new GroupRemoved());
    }
  }

  /** Lets the members' sessions stand still for a while in which none could be heard. */
  public void prolongSessions(long byMs) {
    members.prolongSessions(byMs);
  }

  /** Takes over a stored event. */
  public void apply(GroupEvent event) {
    if (event instanceof MembershipStored stored) {
      members.apply(stored);
    } else if (event instanceof GroupRemoved) {
      members.applyRemoved();
    } else {
      offsets.apply(event);
    }
  }

  /** All stored events are applied: members have a full session to be heard of from now. */
  public void recovered(long nowMs) {
    members.recovered(nowMs);
    expiryCheckMs = nowMs + config.offsets().retentionCheckIntervalMs();
  }
}
