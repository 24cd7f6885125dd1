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
import milena.group.message.GroupRequest.TopicsDeleted;
import milena.group.message.GroupResponse;
import milena.group.message.GroupResponse.Refused;
import org.apache.kafka.common.protocol.Errors;

/**
 * One group's coordinator on this node, as other threads see it. Requests wait here, in their
 * order, until the actor takes them: it is called once, however many there are, so that nothing
 * piles up in the actor while it starts or persists. What was asked and is not answered yet is
 * kept: whatever becomes of the actor, {@link #close} answers all of it.
 */
final class GroupHandle {
  /**
   * Requests that may wait for the actor: more than that and it can't keep up. What nobody would
   * ask again, that topics are deleted, comes on top.
   */
  static final int MAX_QUEUED = 2_048;

  private final String groupId;
  private final Set<PendingReply> outstanding = new HashSet<>();
  private final Queue<Ask> queue = new ArrayDeque<>();
  private ActorRef<GroupCoordinator.Command> coordinator;

  /** Whether a call is on its way to the coordinator. */
  private boolean isCalled;

  private Errors closedWith;
  private volatile GroupView view;
  private volatile boolean isVacant;

  /** A request, with the place for its answer. */
  record Ask(GroupRequest request, PendingReply reply) {}

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
      } else if (queue.size() >= MAX_QUEUED && !(request instanceof TopicsDeleted)) {
        refusal = Errors.COORDINATOR_NOT_AVAILABLE;
      } else {
        PendingReply reply = new PendingReply(this);
        outstanding.add(reply);
        queue.add(new Ask(request, reply));
        call();
        return reply;
      }
    }
    return CompletableFuture.completedFuture(new Refused(refusal));
  }

  /** Calls the actor, if there is something for it and it is not called yet. */
  private void call() {
    if (coordinator != null && !isCalled && !queue.isEmpty()) {
      isCalled = true;
      coordinator.tell(GroupCoordinator.Called.INSTANCE);
    }
  }

  /** The actor has started: it is called for what has been waiting. */
  synchronized void attach(ActorRef<GroupCoordinator.Command> started) {
    coordinator = started;
    call();
  }

  /** The call has come: what waits still when the actor ends its turn needs another. */
  synchronized void called() {
    isCalled = false;
  }

  /** The turn is over. */
  synchronized void turnEnds() {
    call();
  }

  /** The oldest request that waits, or null. */
  synchronized Ask next() {
    return queue.peek();
  }

  /** The oldest request, if it has not been answered by {@link #close}, waits no longer. */
  synchronized void taken() {
    queue.poll();
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
      queue.clear();
    }
    left.forEach(reply -> reply.complete(new Refused(error)));
  }

  synchronized void forget(PendingReply reply) {
    outstanding.remove(reply);
  }
}
