package milena.kafka.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import milena.broker.partition.LeaderLink;
import milena.metadata.BrokerImage.Endpoint;

/** Makes a node's connections to other brokers, all of them on one event loop. */
public final class BrokerLinks implements LeaderLink.Dialer, AutoCloseable {
  private static final int CONNECT_TIMEOUT_MS = 3000;

  private final String clientId;
  private final int timeoutMs;
  private final int receiveBufferBytes;

  /** Made when there is another broker to dial. */
  private EventLoopGroup group;

  private boolean isClosed;

  /**
   * @param timeoutMs how long an answer is waited for ({@code replica.socket.timeout.ms})
   * @param receiveBufferBytes not positive for the system's
   */
  public BrokerLinks(int brokerId, int timeoutMs, int receiveBufferBytes) {
    this.clientId = "broker-" + brokerId + "-fetcher";
    this.timeoutMs = timeoutMs;
    this.receiveBufferBytes = receiveBufferBytes;
  }

  private synchronized EventLoopGroup group() {
    if (isClosed) {
      throw new RejectedExecutionException("This node is ending");
    }
    if (group == null) {
      group =
          new MultiThreadIoEventLoopGroup(
              1,
              new DefaultThreadFactory("milena-link"),
              Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }
    return group;
  }

  @Override
  public LeaderLink dial(Endpoint endpoint) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group())
            .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS);
    if (receiveBufferBytes > 0) {
      bootstrap.option(ChannelOption.SO_RCVBUF, receiveBufferBytes);
    }
    return new BrokerLink(bootstrap, endpoint, clientId, timeoutMs);
  }

  /** The event loop: what it is given runs between its work on connections. */
  public Executor eventLoop() {
    return group().next();
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    if (group == null) {
      return;
    }
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
