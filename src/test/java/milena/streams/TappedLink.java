package milena.streams;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import milena.streams.link.BrokerLink;
import milena.streams.link.ReadAnswer;
import milena.streams.link.ReadRequest;
import milena.streams.link.WriteAnswer;
import milena.streams.link.WriteRequest;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * A way to the brokers that counts what is asked of them, and may lead to one that never answers.
 */
final class TappedLink implements BrokerLink {
  final AtomicInteger reads = new AtomicInteger();
  final AtomicInteger writes = new AtomicInteger();
  final AtomicInteger largestAnswer = new AtomicInteger();
  private final BrokerLink real;
  private final boolean isStalled;

  /**
   * @param isStalled whether writes are never answered
   */
  TappedLink(Brokers brokers, boolean isStalled) {
    this.real = brokers.link();
    this.isStalled = isStalled;
  }

  Brokers brokers() {
    return new Brokers(this);
  }

  @Override
  public CompletionStage<ApiMessage> call(
      int broker, ApiMessage request, short version, Duration timeout) {
    return real.call(broker, request, version, timeout);
  }

  @Override
  public CompletionStage<ReadAnswer> read(int broker, ReadRequest request) {
    reads.incrementAndGet();
    return real.read(broker, request)
        .thenApply(
            answer -> {
              largestAnswer.accumulateAndGet(answer.records().remaining(), Math::max);
              return answer;
            });
  }

  @Override
  public CompletionStage<WriteAnswer> write(int broker, WriteRequest request) {
    writes.incrementAndGet();
    return isStalled ? new CompletableFuture<>() : real.write(broker, request);
  }
}
