package milena.kafka.api;

import java.net.InetAddress;
import java.util.concurrent.ScheduledExecutorService;

/** Contexts for tests that call a handler without a connection. */
public final class RequestContexts {
  private RequestContexts() {}

  /** A request of this version through the listener "PLAINTEXT". */
  public static RequestContext version(int apiVersion) {
    return version(apiVersion, null);
  }

  /** The same, on a connection whose event loop is this executor. */
  public static RequestContext version(int apiVersion, ScheduledExecutorService eventLoop) {
    return new RequestContext(
        new TestConnection(eventLoop),
        (short) apiVersion,
        1,
        "test-client",
        System.nanoTime(),
        RequestBody.NONE);
  }

  private static final class TestConnection implements Connection {
    private final ScheduledExecutorService eventLoop;
    private String softwareName = "";
    private String softwareVersion = "";

    TestConnection(ScheduledExecutorService eventLoop) {
      this.eventLoop = eventLoop;
    }

    @Override
    public String id() {
      return "127.0.0.1:9092-127.0.0.1:50000-0";
    }

    @Override
    public String listenerName() {
      return "PLAINTEXT";
    }

    @Override
    public InetAddress clientAddress() {
      return InetAddress.getLoopbackAddress();
    }

    @Override
    public String clientSoftwareName() {
      return softwareName;
    }

    @Override
    public String clientSoftwareVersion() {
      return softwareVersion;
    }

    @Override
    public void clientSoftware(String name, String version) {
      softwareName = name;
      softwareVersion = version;
    }

    @Override
    public ScheduledExecutorService eventLoop() {
      return eventLoop;
    }
  }
}
