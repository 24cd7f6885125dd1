package milena.kafka.api;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import milena.broker.coordinator.GroupRegistry;
import milena.group.message.GroupRequest;
import milena.group.message.GroupResponse;
import milena.group.message.GroupResponse.Refused;
import org.apache.kafka.common.protocol.Errors;

/** How handlers reach the groups that this node coordinates. */
public final class GroupAccess {
  private final GroupRegistry registry;

  public GroupAccess(GroupRegistry registry) {
    this.registry = registry;
  }

  GroupRegistry registry() {
    return registry;
  }

  /**
   * Asks a group, and makes the answer or the refusal a response.
   *
   * @param answered the kind of answer that the request has
   */
  <R extends GroupResponse, T> CompletionStage<T> ask(
      String groupId,
      GroupRequest request,
      Class<R> answered,
      Function<R, T> onAnswer,
      Function<Errors, T> onRefusal) {
    return registry
        .ask(groupId, request)
        .thenApply(
            response ->
                response instanceof Refused refused
                    ? onRefusal.apply(refused.error())
                    : onAnswer.apply(answered.cast(response)));
  }

  static <T> CompletionStage<T> done(T response) {
    return CompletableFuture.completedFuture(response);
  }

  /** All answers, in order, when the last is there. */
  static <T> CompletionStage<List<T>> all(Collection<CompletionStage<T>> stages) {
    List<CompletableFuture<T>> futures =
        stages.stream().map(CompletionStage::toCompletableFuture).toList();
    return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
        .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
  }
}
