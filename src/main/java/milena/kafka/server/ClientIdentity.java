package milena.kafka.server;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ScheduledExecutorService;
import milena.kafka.api.Connection;

/** Who is at the other end of a connection: what handlers see of it, on whatever thread. */
final class ClientIdentity implements Connection {
  private final String id;
  private final String listenerName;
  private final InetAddress address;
  private final EventLoop eventLoop;
  private volatile String softwareName = "";
  private volatile String softwareVersion = "";

  /**
   * @param channel connected
   */
  ClientIdentity(String id, String listenerName, Channel channel) {
    this.id = id;
    this.listenerName = listenerName;
    this.address =
        channel.remoteAddress() instanceof InetSocketAddress remote
            ? remote.getAddress()
            : InetAddress.getLoopbackAddress();
    this.eventLoop = channel.eventLoop();
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String listenerName() {
    return listenerName;
  }

  @Override
  public InetAddress clientAddress() {
    return address;
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
