package milena.kafka.api;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * What a node serves while it starts. Clients connect and learn from ApiVersions what it will
 * serve, which takes a client that starts at the same time longer than the node; whatever else they
 * ask waits, in their order, until the node is up. A node that never comes up closes their
 * connections.
 */
public final class Anteroom {
  private Anteroom() {}

  /**
   * @param served every API that the node will serve, but ApiVersions
   * @param open completed, on any thread, with the node's own APIs once it is up
   */
  public static ApiRegistry of(Set<ApiKeys> served, CompletionStage<ApiRegistry> open) {
    List<ApiHandler<?>> waiting =
        served.stream().map(api -> new Waiting(api, open)).collect(Collectors.toList());
    // Nobody knows yet what the cluster has settled on: an epoch of -1 says so (KIP-584).
    return new ApiRegistry(waiting).withApiVersions(ServedFeatures.of(() -> -1));
  }

  /** Holds the requests of one API until the handler that will serve them is there. */
  private record Waiting(ApiKeys api, CompletionStage<ApiRegistry> open)
      implements ApiHandler<ApiMessage> {

    @Override
    public CompletionStage<ApiMessage> handle(RequestContext context, ApiMessage request) {
      CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
      open.thenAcceptAsync(
          apis -> {
            if (!answer.isDone()) {
              hand(apis.find(api), context, request, answer);
            }
          },
          context.connection().eventLoop());
      return answer;
    }

    private static <Q extends ApiMessage> void hand(
        ApiHandler<Q> handler,
        RequestContext context,
        ApiMessage request,
        CompletableFuture<ApiMessage> answer) {
      @SuppressWarnings("unchecked") // both are of the same API, which names the request's type
      Q typed = (Q) request;
      CompletableFuture<? extends ApiMessage> handed;
      try {
        handed = handler.handle(context, typed).toCompletableFuture();
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
        return;
      }
      answer.whenComplete(
          (message, failure) -> {
            if (answer.isCancelled()) {
              handed.cancel(false);
            }
          });
      handed.whenComplete(
          (message, failure) -> {
            if (failure != null) {
              answer.completeExceptionally(failure);
            } else if (!answer.complete(message) && message instanceof FetchAnswer) {
              ((FetchAnswer) message).close();
            }
          });
    }
  }
}
