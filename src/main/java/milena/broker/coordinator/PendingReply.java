package milena.broker.coordinator;

import java.util.concurrent.CompletableFuture;
import milena.group.message.GroupResponse;

/** A request's answer to be. It is completed by the coordinator, or by its handle at the end. */
final class PendingReply extends CompletableFuture<GroupResponse> {
  private final GroupHandle handle;

  PendingReply(GroupHandle handle) {
    this.handle = handle;
  }

  void answer(GroupResponse response) {
    handle.forget(this);
    complete(response);
  }
}
