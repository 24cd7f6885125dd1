package milena.broker.coordinator;

import akka.actor.typed.ActorRef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.group.GroupView;
import milena.group.message.GroupRequest;
import milena.group.message.GroupResponse;
import milena.group.message.GroupResponse.Refused;
import org.apache.kafka.common.protocol.Errors;

/**
 * One group's coordinator on this node, as other threads see it. It keeps what was asked and is not
 * answered yet: whatever becomes of the actor, {@link #close} answers all of it. Requests that come
 * before the actor has started wait here.
 */
final class GroupHandle {
  /** Requests that may wait for the actor. More than that and it can't keep up. */
  static final int MAX_QUEUED = 2_048;

  private final String groupId;
  private final Set<PendingReply> outstanding = new HashSet<>();
  private final Queue<GroupCoordinator.Ask> early = new ArrayDeque<>();
  private ActorRef<GroupCoordinator.Command> coordinator;
  private int queued;
  private Errors closedWith;
  private volatile GroupView view;
  private volatile boolean isVacant;

  GroupHandle(String groupId) {
    this.groupId = groupId;
  }

  String groupId() {
    return groupId;
  }

  /** How the group is listed; null while there is nothing to list. */
  GroupView view() {
    return view;
  }

  void publish(GroupView now) {
    view = now;
  }

  /** The group turned out not to exist, and its coordinator goes. */
  void vacate() {
    isVacant = true;
  }

  /** Whether the coordinator went because there was no group, and not because it failed. */
  boolean isVacant() {
    return isVacant;
  }

  CompletionStage<GroupResponse> ask(GroupRequest request) {
    Errors refusal;
    synchronized (this) {
      if (closedWith != null) {
        refusal = closedWith;
      } else if (queued >= MAX_QUEUED) {
        refusal = Errors.COORDINATOR_NOT_AVAILABLE;
      } else {
        PendingReply reply = new PendingReply(this);
        GroupCoordinator.Ask ask = new GroupCoordinator.Ask(request, reply);
        outstanding.add(reply);
        queued++;
        if (coordinator == null) {
          early.add(ask);
        } else {
          coordinator.tell(ask);
        }
        return reply;
      }
    }
    return CompletableFuture.completedFuture(new Refused(refusal));
  }

  /** The actor has started: it gets what has been waiting. */
  synchronized void attach(ActorRef<GroupCoordinator.Command> started) {
    coordinator = started;
    while (!early.isEmpty()) {
      started.tell(early.remove());
    }
  }

  /** The end of this incarnation: everything that is not answered gets this answer. */
  void close(Errors error) {
    List<PendingReply> left;
    synchronized (this) {
      if (closedWith != null) {
        return;
      }
      closedWith = error;
      view = null;
      left = new ArrayList<>(outstanding);
      outstanding.clear();
      early.clear();
    }
    left.forEach(reply -> reply.complete(new Refused(error)));
  }

  synchronized void taken() {
    queued--;
  }

  synchronized void forget(PendingReply reply) {
    outstanding.remove(reply);
  }
}
