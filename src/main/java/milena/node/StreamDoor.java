package milena.node;

import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import milena.kafka.api.ApiHandler;
import milena.kafka.api.ApiRegistry;
import milena.kafka.api.Connection;
import milena.kafka.api.RequestBody;
import milena.kafka.api.RequestContext;
import milena.streams.link.BrokerApis;
import milena.streams.link.LocalBroker;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiMessage;

/** Lets streams ask what the front door answers, without passing through it. */
final class StreamDoor implements BrokerApis {
  private final ApiRegistry apis;
  private final Connection connection;

  private StreamDoor(ApiRegistry apis, String listenerName) {
    this.apis = apis;
    this.connection = new InProcess(listenerName);
  }

  /** What this node's broker does for streams. */
  static LocalBroker of(NodeParts parts, ApiRegistry apis) {
    return new LocalBroker(
        parts.config().nodeId(),
        parts.registry(),
        new StreamDoor(apis, parts.config().listeners().interBroker()),
        parts.config().network().fetchMaxBytes(),
        parts.blocking());
  }

  @Override
  public CompletionStage<? extends ApiMessage> handle(
      String clientId, short version, ApiMessage request) {
    ApiHandler<?> handler = apis.find(request.apiKey());
    if (handler == null || version < handler.minVersion() || version > handler.maxVersion()) {
      return CompletableFuture.failedFuture(
          new UnsupportedVersionException(
              "API " + request.apiKey() + " is not served in version " + version));
    }
    try {
      return serve(handler, clientId, version, request);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @SuppressWarnings("unchecked") // The handler was found by the message's own key.
  private <Q extends ApiMessage> CompletionStage<? extends ApiMessage> serve(
      ApiHandler<Q> handler, String clientId, short version, ApiMessage request) {
    RequestContext context =
        new RequestContext(connection, version, 0, clientId, System.nanoTime(), RequestBody.NONE);
    return handler.handle(context, (Q) request);
  }

  /** Stands for a connection where there is none. */
  private record InProcess(String listenerName) implements Connection {
    @Override
    public String id() {
      return "streams";
    }

    @Override
    public InetAddress clientAddress() {
      return InetAddress.getLoopbackAddress();
    }

    @Override
    public String clientSoftwareName() {
      return "milena-streams";
    }

    @Override
    public String clientSoftwareVersion() {
      return "";
    }

    @Override
    public void clientSoftware(String name, String version) {}

    @Override
    public ScheduledExecutorService eventLoop() {
      throw new UnsupportedOperationException("Records are not fetched through here");
    }
  }
}
