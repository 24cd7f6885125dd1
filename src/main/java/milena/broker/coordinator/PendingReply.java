package milena.broker.coordinator;

import java.util.concurrent.CompletableFuture;
import milena.group.message.GroupResponse;

/** A request's answer to be. It is completed by the coordinator, or by its handle at the end. */
final class PendingReply extends CompletableFuture<GroupResponse> {
  private final GroupHandle handle;

  PendingReply(GroupHandle handle) {
    this.handle = handle;
  }

  /** The coordinator has begun to work on the request: it does not count as queued any more. */
  void taken() {
    handle.taken();
  }

  void answer(GroupResponse response) {
    handle.forget(this);
    complete(response);
  }
}
