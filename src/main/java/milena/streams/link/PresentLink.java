package milena.streams.link;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.protocol.ApiMessage;

/** The link that there is at present: an actor system may end, and another take its place. */
public final class PresentLink implements BrokerLink {
  private final Supplier<Optional<BrokerLink>> present;

  public PresentLink(Supplier<Optional<BrokerLink>> present) {
    this.present = present;
  }

  private <T> CompletionStage<T> with(Function<BrokerLink, CompletionStage<T>> ask) {
    return present
        .get()
        .map(ask)
        .orElseGet(
            () ->
                CompletableFuture.failedFuture(
                    new DisconnectException("There is no way to the brokers at present")));
  }

  @Override
  public CompletionStage<ApiMessage> call(
      int broker, ApiMessage request, short version, Duration timeout) {
    return with(link -> link.call(broker, request, version, timeout));
  }

  @Override
  public CompletionStage<ReadAnswer> read(int broker, ReadRequest request) {
    return with(link -> link.read(broker, request));
  }

  @Override
  public CompletionStage<WriteAnswer> write(int broker, WriteRequest request) {
    return with(link -> link.write(broker, request));
  }
}
