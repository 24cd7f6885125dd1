package milena.kafka.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import milena.kafka.api.ApiRegistry;

/**
 * The node's TCP server. It binds first, so that a taken port or a free one is known before
 * anything else starts, and accepts connections from {@link #serve} on; clients that come earlier
 * wait in the listen queue.
 */
public final class KafkaServer implements AutoCloseable {
  private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(128 << 10, 512 << 10);

  private final ServerConfig config;
  private final EventLoopGroup group;
  private final Map<String, Channel> listeners = new LinkedHashMap<>();
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private volatile ServerContext context;

  private KafkaServer(ServerConfig config) {
    this.config = config;
    IoHandlerFactory io =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.group =
        new MultiThreadIoEventLoopGroup(
            config.ioThreads(), new DefaultThreadFactory("milena-io"), io);
  }

  /** Binds every listener. */
  public static KafkaServer bind(ServerConfig config) throws IOException {
    KafkaServer server = new KafkaServer(config);
    try {
      for (ServerConfig.Listener listener : config.listeners()) {
        server.bind(listener);
      }
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  /**
   * Starts accepting connections, which these APIs serve. Called again, it exchanges the APIs:
   * those requests that come from then on meet the new ones, on old connections too.
   */
  public void serve(ApiRegistry registry) {
    if (context != null) {
      context.apis().set(registry);
      return;
    }
    context = ServerContext.of(config, registry);
    for (Channel listener : listeners.values()) {
      listener.config().setAutoRead(true);
    }
  }

  /** Changes how many connections may be open from now on; call it only once this server serves. */
  public void limitConnections(int max, int maxPerIp, Map<String, Integer> overrides) {
    context.limits().change(max, maxPerIp, overrides);
  }

  /** Where each listener is bound, by its name. */
  public Map<String, InetSocketAddress> addresses() {
    Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();
    listeners.forEach(
        (name, channel) -> addresses.put(name, (InetSocketAddress) channel.localAddress()));
    return addresses;
  }

  /** Its event loops: what one of them is given runs between its work on connections. */
  public Iterable<? extends Executor> eventLoops() {
    return group;
  }

  /** Closes the listeners: no new connections; those there are stay. */
  public void stopAccepting() {
    listeners.values().forEach(Channel::close);
  }

  /** Closes the listeners and every connection, and ends the event loops. */
  @Override
  public void close() {
    stopAccepting();
    connections.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }

  private void bind(ServerConfig.Listener listener) throws IOException {
    Class<? extends ServerChannel> type =
        Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(type)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, config.backlog())
            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
            .childOption(ChannelOption.MESSAGE_SIZE_ESTIMATOR, FileCountingEstimator.INSTANCE)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    connections.add(channel);
                    connect(channel, listener.name(), context);
                  }
                });
    if (config.sendBufferBytes() > 0) {
      bootstrap.childOption(ChannelOption.SO_SNDBUF, config.sendBufferBytes());
    }
    if (config.receiveBufferBytes() > 0) {
      bootstrap.option(ChannelOption.SO_RCVBUF, config.receiveBufferBytes());
      bootstrap.childOption(ChannelOption.SO_RCVBUF, config.receiveBufferBytes());
    }
    InetSocketAddress address =
        listener.host().isEmpty()
            ? new InetSocketAddress(listener.port())
            : new InetSocketAddress(listener.host(), listener.port());
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "Listener "
              + listener.name()
              + " can't bind "
              + listener.host()
              + ":"
              + listener.port()
              + ": "
              + bound.cause().getMessage(),
          bound.cause());
    }
    listeners.put(listener.name(), bound.channel());
  }

  /** Makes a channel a client's connection. */
  static ClientConnection connect(Channel channel, String listenerName, ServerContext context) {
    FrameReader reader =
        new FrameReader(
            channel.alloc(), context.config().requestMaxBytes(), context.budget(), context.nanos());
    channel.config().setRecvByteBufAllocator(new FrameReceiveAllocator(reader::direct));
    ClientConnection connection = new ClientConnection(context, listenerName, reader);
    channel.pipeline().addLast(connection);
    return connection;
  }
}
