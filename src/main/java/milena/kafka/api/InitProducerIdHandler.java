package milena.kafka.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.common.ProducerIdAndEpoch;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * InitProducerId: an identity for an idempotent producer. Transactional ones are not served yet.
 */
public final class InitProducerIdHandler implements ApiHandler<InitProducerIdRequestData> {
  private final ProducerIdStock ids;

  public InitProducerIdHandler(ProducerIdStock ids) {
    this.ids = ids;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.INIT_PRODUCER_ID;
  }

  @Override
  public CompletionStage<InitProducerIdResponseData> handle(
      RequestContext context, InitProducerIdRequestData request) {
    boolean namesId = request.producerId() != ProducerIdAndEpoch.NONE.producerId();
    boolean namesEpoch = request.producerEpoch() != ProducerIdAndEpoch.NONE.producerEpoch();
    if (namesId != namesEpoch || "".equals(request.transactionalId())) {
      return CompletableFuture.completedFuture(refused(Errors.INVALID_REQUEST));
    }
    if (request.transactionalId() != null) {
      // There are no transaction coordinators yet.
      return CompletableFuture.completedFuture(refused(Errors.COORDINATOR_NOT_AVAILABLE));
    }
    return ids.take()
        .thenApply(
            id -> new InitProducerIdResponseData().setProducerId(id).setProducerEpoch((short) 0));
  }

  private static InitProducerIdResponseData refused(Errors error) {
    return new InitProducerIdResponseData()
        .setErrorCode(error.code())
        .setProducerId(ProducerIdAndEpoch.NONE.producerId())
        .setProducerEpoch(ProducerIdAndEpoch.NONE.producerEpoch());
  }
}
