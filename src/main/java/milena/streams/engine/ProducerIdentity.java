package milena.streams.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import milena.streams.link.BrokerLink;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;

/** Who writes; without an id, the leader can't tell what it has already. */
record ProducerIdentity(long id, short epoch) {
  static final ProducerIdentity NONE = new ProducerIdentity(-1, (short) -1);

  private static final short VERSION = 4;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int ANY_TRANSACTION_TIMEOUT_MS = 60_000;

  /** Asks the brokers for one of its own, without transactions; fails as the broker refuses. */
  static CompletableFuture<ProducerIdentity> ask(BrokerLink link) {
    InitProducerIdRequestData request =
        new InitProducerIdRequestData()
            .setTransactionalId(null)
            .setTransactionTimeoutMs(ANY_TRANSACTION_TIMEOUT_MS);
    return Calls.inTime(link, BrokerLink.ANY, request, VERSION, TIMEOUT)
        .thenApply(
            answer -> {
              InitProducerIdResponseData got = (InitProducerIdResponseData) answer;
              Errors error = Errors.forCode(got.errorCode());
              if (error != Errors.NONE) {
                throw error.exception();
              }
              return new ProducerIdentity(got.producerId(), got.producerEpoch());
            });
  }
}
