package milena.kafka.api;

import java.util.concurrent.CompletionStage;
import milena.broker.controller.Controller;
import milena.broker.controller.Controller.BrokerGone;
import milena.common.Outcome;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** UnregisterBroker: strikes a broker that is gone for good off the list (KIP-631). */
public final class UnregisterBrokerHandler implements ApiHandler<UnregisterBrokerRequestData> {
  private static final int PATIENCE_MS = 30_000;

  private final ControllerAsk controller;

  public UnregisterBrokerHandler(ControllerAsk controller) {
    this.controller = controller;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.UNREGISTER_BROKER;
  }

  @Override
  public CompletionStage<UnregisterBrokerResponseData> handle(
      RequestContext context, UnregisterBrokerRequestData request) {
    return controller
        .<BrokerGone>ask(
            PATIENCE_MS, replyTo -> new Controller.UnregisterBroker(request.brokerId(), replyTo))
        .thenApply(
            gone -> {
              // Of all errors of the moment clients try again after this one alone.
              Outcome outcome =
                  gone.outcome().toError() == Errors.NOT_CONTROLLER
                      ? Outcome.of(Errors.REQUEST_TIMED_OUT)
                      : gone.outcome();
              return new UnregisterBrokerResponseData()
                  .setErrorCode(outcome.errorCode())
                  .setErrorMessage(outcome.message());
            });
  }
}
