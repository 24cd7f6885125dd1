package milena.streams.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.streams.link.BrokerLink;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** The way to the coordinator of one group, wherever it is. Used by one actor. */
final class CoordinatorLink {
  private static final short FIND_VERSION = 4;
  private static final Duration FIND_TIMEOUT = Duration.ofSeconds(15);

  private final BrokerLink link;
  private final String groupId;
  private volatile CompletableFuture<Integer> coordinator;

  CoordinatorLink(BrokerLink link, String groupId) {
    this.link = link;
    this.groupId = groupId;
  }

  /** It is not where it was. */
  void forget() {
    coordinator = null;
  }

  /** Asks the coordinator, and finds it first if need be. */
  CompletionStage<ApiMessage> ask(ApiMessage request, short version, Duration timeout) {
    CompletableFuture<Integer> at = coordinator;
    if (at == null || at.isCompletedExceptionally()) {
      at = find();
      coordinator = at;
    }
    return at.thenCompose(broker -> Calls.inTime(link, broker, request, version, timeout));
  }

  private CompletableFuture<Integer> find() {
    FindCoordinatorRequestData request =
        new FindCoordinatorRequestData().setKeyType((byte) 0).setCoordinatorKeys(List.of(groupId));
    return Calls.inTime(link, BrokerLink.ANY, request, FIND_VERSION, FIND_TIMEOUT)
        .thenApply(
            answer -> {
              Coordinator found = ((FindCoordinatorResponseData) answer).coordinators().get(0);
              Errors error = Errors.forCode(found.errorCode());
              if (error != Errors.NONE) {
                throw error.exception();
              }
              return found.nodeId();
            });
  }
}
