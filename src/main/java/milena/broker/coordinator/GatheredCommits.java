package milena.broker.coordinator;

import java.util.ArrayList;
import java.util.List;
import milena.group.message.GroupEvent;
import milena.group.message.GroupRequest;
import milena.group.message.GroupRequest.CommitOffsets;
import milena.group.message.GroupRequest.Delete;
import milena.group.message.GroupRequest.DeleteOffsets;
import milena.group.message.GroupRequest.FetchOffsets;
import milena.group.message.GroupRequest.TopicsDeleted;
import milena.group.message.Turn;

/**
 * Offset commits that were decided one by one and are to be persisted together, with what else is.
 * Owned by a {@link GroupCoordinator}.
 */
final class GatheredCommits {
  /** No more are gathered than so many events. */
  static final int MAX = 1_000;

  private List<GroupEvent> events = new ArrayList<>();
  private List<Turn.Reply<PendingReply>> replies = new ArrayList<>();

  /** What is to be persisted in one go, and who is answered then. */
  record Batch(List<GroupEvent> events, List<Turn.Reply<PendingReply>> replies) {}

  boolean isEmpty() {
    return events.isEmpty();
  }

  /** Whether the request has to wait until what is gathered is applied. */
  static boolean isAwaitedBy(GroupRequest request) {
    return request instanceof FetchOffsets
        || request instanceof DeleteOffsets
        || request instanceof Delete
        || request instanceof TopicsDeleted;
  }

  /** Takes what a request has come to; false when it is no commit or there is no room for it. */
  boolean take(GroupRequest request, Turn<PendingReply> turn) {
    boolean takes =
        request instanceof CommitOffsets
            && !turn.events().isEmpty()
            && events.size() + turn.events().size() < MAX;
    if (takes) {
      events.addAll(turn.events());
      replies.addAll(turn.replies());
    }
    return takes;
  }

  /** Hands all over, with a turn that came after it. */
  Batch with(Turn<PendingReply> turn) {
    Batch batch = new Batch(events, replies);
    batch.events.addAll(turn.events());
    batch.replies.addAll(turn.replies());
    events = new ArrayList<>();
    replies = new ArrayList<>();
    return batch;
  }
}
