import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;

/**
 * Kafka's protocol over any number of connections with one thread for all answers: a client that
 * costs little beside the broker that it measures. A thousand stock clients would be two thousand
 * threads.
 *
 * <p>Requests are frames made beforehand. Their correlation id is always 0, as a broker answers the
 * requests of a connection in their order.
 */
final class Wire implements AutoCloseable {
  /** What to do with an answer. */
  interface Answer {
    /**
     * Called by the thread that reads.
     *
     * @param body the response without its header
     * @param nanos since the request was sent
     */
    void read(ByteBuffer body, long nanos);
  }

  private record Sent(long nanos, boolean taggedHeader, Answer answer) {}

  private final List<InetSocketAddress> addresses = new ArrayList<>();
  private final Selector selector = Selector.open();
  private final ArrayDeque<Peer> opened = new ArrayDeque<>();
  private volatile boolean closed;
  private volatile Throwable failure;
  private Thread reader;

  /** To the brokers at these addresses, with commas between them. */
  Wire(String servers) throws IOException {
    for (String server : servers.split(",")) {
      String[] parts = server.split(":");
      addresses.add(new InetSocketAddress(parts[0], Integer.parseInt(parts[1])));
    }
  }

  /** A request as it goes over the wire, with its length before it. */
  static byte[] frame(ApiKeys api, int version, ApiMessage body) {
    RequestHeaderData header =
        new RequestHeaderData()
            .setRequestApiKey(api.id)
            .setRequestApiVersion((short) version)
            .setClientId("bench");
    ByteBuffer head =
        MessageUtil.toByteBufferAccessor(header, api.requestHeaderVersion((short) version))
            .buffer();
    ByteBuffer rest = MessageUtil.toByteBufferAccessor(body, (short) version).buffer();
    ByteBuffer whole = ByteBuffer.allocate(4 + head.remaining() + rest.remaining());
    whole.putInt(whole.capacity() - 4).put(head).put(rest);
    return whole.array();
  }

  /** How many brokers there are to connect to. */
  int brokers() {
    return addresses.size();
  }

  /** A connection to the first broker, see {@link #connect(int)}. */
  Peer connect() throws IOException {
    return connect(0);
  }

  /** A connection, open when this returns; its answers are read from {@link #start} on. */
  synchronized Peer connect(int broker) throws IOException {
    SocketChannel channel = SocketChannel.open(addresses.get(broker));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    Peer peer = new Peer(channel);
    opened.add(peer);
    selector.wakeup();
    return peer;
  }

  /** Starts the thread that reads all answers. */
  void start() {
    reader = new Thread(this::read, "wire");
    reader.setDaemon(true);
    reader.start();
  }

  private synchronized void register() throws IOException {
    for (Peer peer = opened.poll(); peer != null; peer = opened.poll()) {
      peer.key = peer.channel.register(selector, SelectionKey.OP_READ, peer);
    }
  }

  private void read() {
    try {
      while (!closed) {
        register();
        selector.select(
            key -> {
              try {
                ((Peer) key.attachment()).ready(key);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            20);
      }
    } catch (IOException | RuntimeException e) {
      if (!closed) {
        failure = e;
        e.printStackTrace();
      }
    }
  }

  /** Throws what has ended the thread that reads, if anything has. */
  void check() {
    if (failure != null) {
      throw new IllegalStateException("the connection is lost", failure);
    }
  }

  @Override
  public void close() throws Exception {
    closed = true;
    selector.wakeup();
    if (reader != null) {
      reader.join();
    }
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }

  /** One connection. Any thread may send. */
  static final class Peer {
    private final SocketChannel channel;
    private final ArrayDeque<Sent> sent = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> unwritten = new ArrayDeque<>();
    private volatile SelectionKey key;
    private ByteBuffer in = ByteBuffer.allocate(4096);

    private Peer(SocketChannel channel) {
      this.channel = channel;
    }

    /** Sends a whole request that may lie in pieces; null for an answer: none will come. */
    void send(ApiKeys api, int version, Answer answer, ByteBuffer... pieces) throws IOException {
      synchronized (this) {
        if (answer != null) {
          boolean tagged = api.responseHeaderVersion((short) version) > 0;
          sent.add(new Sent(System.nanoTime(), tagged, answer));
        }
        if (unwritten.isEmpty()) {
          channel.write(pieces);
        }
        boolean left = false;
        for (ByteBuffer piece : pieces) {
          if (piece.hasRemaining()) {
            unwritten.add(piece);
            left = true;
          }
        }
        if (left && key != null) {
          key.interestOpsOr(SelectionKey.OP_WRITE);
          key.selector().wakeup();
        }
      }
    }

    private void ready(SelectionKey ready) throws IOException {
      if (ready.isWritable()) {
        synchronized (this) {
          channel.write(unwritten.toArray(ByteBuffer[]::new));
          while (!unwritten.isEmpty() && !unwritten.peek().hasRemaining()) {
            unwritten.poll();
          }
          if (unwritten.isEmpty()) {
            ready.interestOpsAnd(~SelectionKey.OP_WRITE);
          }
        }
      }
      if (ready.isReadable()) {
        if (channel.read(in) < 0) {
          throw new EOFException("the broker has closed a connection");
        }
        in.flip();
        while (in.remaining() >= 4 && in.remaining() - 4 >= in.getInt(in.position())) {
          int size = in.getInt();
          ByteBuffer answer = in.slice(in.position(), size);
          in.position(in.position() + size);
          answered(answer);
        }
        int wanted = in.remaining() >= 4 ? 4 + in.getInt(in.position()) : 0;
        if (wanted > in.capacity()) {
          in = ByteBuffer.allocate(wanted).put(in);
        } else {
          in.compact();
        }
      }
    }

    private void answered(ByteBuffer answer) {
      Sent request;
      synchronized (this) {
        request = sent.poll();
      }
      if (request == null) {
        throw new IllegalStateException("an answer that nothing asked for");
      }
      long took = System.nanoTime() - request.nanos();
      answer.getInt();
      if (request.taggedHeader()) {
        new ByteBufferAccessor(answer).readUnsignedVarint();
      }
      request.answer().read(answer, took);
    }
  }
}
