package milena.streams.link;

import akka.actor.typed.ActorRef;
import akka.util.ByteString;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * The way to the brokers for a member of their actor cluster: to the broker of its own node, if it
 * has one, by plain calls, to all others through their gateways.
 */
public final class MemberLink implements BrokerLink {
  /** What the way there and back may take beyond the time that the broker is given. */
  private static final Duration WAY = Duration.ofSeconds(5);

  private final ActorRef<StreamLink.Command> others;
  private final OpenAnswers answers;
  private final LocalBroker own;
  private final String clientId;

  /**
   * @param answers those of {@code others}
   * @param own null for a member that is no broker
   * @param clientId what the brokers are told of who asks
   */
  public MemberLink(
      ActorRef<StreamLink.Command> others, OpenAnswers answers, LocalBroker own, String clientId) {
    this.others = others;
    this.answers = answers;
    this.own = own;
    this.clientId = clientId;
  }

  private boolean isOwn(int broker) {
    return own != null && (broker == own.id() || broker == ANY);
  }

  @Override
  public CompletionStage<ApiMessage> call(
      int broker, ApiMessage request, short version, Duration timeout) {
    if (isOwn(broker)) {
      return own.call(clientId, request, version);
    }
    short api = request.apiKey();
    return send(
            broker,
            Payloads.of(new Payloads.Call(clientId, version, request)),
            Duration.ZERO,
            timeout)
        .thenApply(bytes -> Payloads.called(bytes, api, version));
  }

  @Override
  public CompletionStage<ReadAnswer> read(int broker, ReadRequest request) {
    return isOwn(broker)
        ? own.read(request)
        : send(
                broker,
                Payloads.of(request),
                Duration.ofMillis(request.maxWaitMs()),
                WAY.plusMillis(request.maxWaitMs()))
            .thenApply(Payloads::readAnswer);
  }

  @Override
  public CompletionStage<WriteAnswer> write(int broker, WriteRequest request) {
    return isOwn(broker)
        ? own.write(request)
        : send(broker, Payloads.of(request), Duration.ZERO, WAY.plusMillis(request.timeoutMs()))
            .thenApply(Payloads::writeAnswer);
  }

  private CompletableFuture<ByteString> send(
      int broker, ByteString request, Duration grace, Duration timeout) {
    CompletableFuture<ByteString> done = answers.next();
    others.tell(new StreamLink.Send(broker, request, grace, timeout, done));
    return done;
  }
}
