package milena.kafka.api;

import java.net.InetAddress;
import java.util.concurrent.ScheduledExecutorService;

/** A client's connection, as handlers may know it. */
public interface Connection {
  /** Unique in the node's life: fetch sessions and logs name it. */
  String id();

  /** The listener it came through, which decides the endpoints that answers name. */
  String listenerName();

  InetAddress clientAddress();

  /** What the client's ApiVersions request said of itself (KIP-511); empty until it did. */
  String clientSoftwareName();

  String clientSoftwareVersion();

  void clientSoftware(String name, String version);

  /** The connection's own thread: where its handlers run, for deadlines and for coming back. */
  ScheduledExecutorService eventLoop();
}
