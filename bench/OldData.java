import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/**
 * Producers of 5,000 records of 1 KiB a second, alone and beside a consumer that reads what was
 * written long ago as fast as it gets it.
 *
 * <pre>
 * OldData SYSTEM SERVER PID fill MIB
 * OldData SYSTEM SERVER PID alone|beside WARM-SECONDS SECONDS
 * </pre>
 */
public final class OldData {
  private static final int PARTITIONS = 6;
  private static final int RATE = 5000;
  private static final int BATCH = 256;
  private static final int FETCH = 12;
  private static final int FETCH_BYTES = 6 << 20;

  private OldData() {}

  public static void main(String[] args) throws Exception {
    String server = args[1];
    if (args[3].equals("fill")) {
      fill(server, Integer.parseInt(args[4]));
    } else {
      measure(
          args[0],
          server,
          new Broker(args[2]),
          args[3].equals("beside"),
          Integer.parseInt(args[4]),
          Integer.parseInt(args[5]));
    }
    System.exit(0);
  }

  private static void fill(String server, int mib) throws Exception {
    Wire wire = new Wire(server);
    List<Wire.Peer> peers = new ArrayList<>();
    for (int i = 0; i < PARTITIONS; i++) {
      peers.add(wire.connect());
    }
    wire.start();
    Field field = new Field(server, "old", PARTITIONS);
    Field.Writer writer = field.writer(BATCH, 1024);
    writer.fill(wire, peers);
    AtomicLong left = new AtomicLong(mib * 4L);
    AtomicLong underWay = new AtomicLong();
    for (int i = 0; i < PARTITIONS; i++) {
      underWay.incrementAndGet();
      again(writer, peers.get(i), i, left, underWay);
    }
    while (underWay.get() > 0) {
      wire.check();
      LockSupport.parkNanos(10_000_000);
    }
  }

  private static void again(
      Field.Writer writer, Wire.Peer peer, int partition, AtomicLong left, AtomicLong underWay)
      throws IOException {
    writer.send(
        peer,
        partition,
        nanos -> {
          if (nanos < 0) {
            throw new IllegalStateException("a batch was refused");
          }
          try {
            if (left.decrementAndGet() > 0) {
              again(writer, peer, partition, left, underWay);
            } else {
              underWay.decrementAndGet();
            }
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static void measure(
      String system, String server, Broker broker, boolean beside, int warm, int seconds)
      throws Exception {
    Wire wire = new Wire(server);
    List<Wire.Peer> peers = new ArrayList<>();
    for (int i = 0; i < PARTITIONS; i++) {
      peers.add(wire.connect());
    }
    wire.start();
    Field field = new Field(server, "new", PARTITIONS);
    Field.Writer writer = field.writer(1, 1024);
    writer.fill(wire, peers);
    Latencies latencies = new Latencies();
    Thread sender = new Thread(() -> send(writer, peers, latencies), "sender");
    sender.setDaemon(true);
    sender.start();
    Thread.sleep(warm * 1000L);

    Reader reader = new Reader(server, new Field(server, "old", PARTITIONS));
    Thread reading = new Thread(reader, "reader");
    reading.setDaemon(true);
    double cpuBefore = broker.cpu();
    long diskBefore = broker.diskRead();
    long begun = System.nanoTime();
    latencies.begin();
    if (beside) {
      reading.start();
      // No longer than there is something to read.
      reading.join(seconds * 1000L);
    } else {
      Thread.sleep(seconds * 1000L);
    }
    latencies.end();
    double took = (System.nanoTime() - begun) / 1e9;
    wire.check();
    if (!sender.isAlive() || beside && reader.bytes == 0) {
      throw new IllegalStateException("nothing is sent or read any more");
    }
    System.out.printf(
        "{\"system\":\"%s\",\"row\":\"producers %s\",\"seconds\":%.1f,\"written_per_s\":%.0f%s,"
            + "\"cpu_s_per_min\":%.4g",
        system,
        beside ? "beside a reader of old data" : "alone",
        took,
        latencies.count() / took,
        latencies.fields(""),
        (broker.cpu() - cpuBefore) * 60 / took);
    if (beside) {
      System.out.printf(
          ",\"read_mib_per_s\":%.0f,\"disk_mib_per_s\":%.0f",
          reader.bytes / took / (1 << 20), (broker.diskRead() - diskBefore) / took / (1 << 20));
    }
    System.out.println("}");
  }

  private static void send(Field.Writer writer, List<Wire.Peer> peers, Latencies latencies) {
    Pace pace = new Pace(RATE);
    try {
      for (long i = 0; ; i++) {
        pace.await(i);
        int partition = (int) (i % PARTITIONS);
        writer.send(
            peers.get(partition),
            partition,
            nanos -> {
              if (nanos < 0) {
                throw new IllegalStateException("a record was refused");
              }
              latencies.add(nanos);
            });
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads all there is, from the beginning to the end, and looks at the headers of batches only.
   */
  private static final class Reader implements Runnable {
    private final String server;
    private final Field field;
    private volatile long bytes;

    private Reader(String server, Field field) {
      this.server = server;
      this.field = field;
    }

    @Override
    public void run() {
      String[] parts = server.split(":");
      long[] next = new long[field.partitions()];
      byte[] answer = new byte[FETCH_BYTES + (1 << 20)];
      try (Socket socket = new Socket(parts[0], Integer.parseInt(parts[1]))) {
        OutputStream out = socket.getOutputStream();
        DataInputStream in = new DataInputStream(socket.getInputStream());
        boolean more = true;
        while (more) {
          out.write(Wire.frame(ApiKeys.FETCH, FETCH, request(next)));
          int size = in.readInt();
          in.readFully(answer, 0, size);
          ByteBuffer body = ByteBuffer.wrap(answer, 5, size - 5).slice();
          bytes += size;
          more = advance(new FetchResponseData(new ByteBufferAccessor(body), (short) FETCH), next);
        }
      } catch (IOException e) {
        e.printStackTrace();
      }
    }

    private FetchRequestData request(long[] next) {
      FetchTopic topic = new FetchTopic().setTopic(field.topic(0));
      for (int i = 0; i < next.length; i++) {
        topic
            .partitions()
            .add(
                new FetchPartition()
                    .setPartition(i)
                    .setFetchOffset(next[i])
                    .setPartitionMaxBytes(1 << 20));
      }
      return new FetchRequestData()
          .setMaxWaitMs(0)
          .setMinBytes(1)
          .setMaxBytes(FETCH_BYTES)
          .setSessionEpoch(-1)
          .setTopics(List.of(topic));
    }

    private static boolean advance(FetchResponseData response, long[] next) {
      boolean more = false;
      for (var data : response.responses().get(0).partitions()) {
        if (data.errorCode() != 0) {
          throw new IllegalStateException("a partition was refused: error " + data.errorCode());
        }
        for (MutableRecordBatch batch : ((MemoryRecords) data.records()).batches()) {
          next[data.partitionIndex()] = batch.nextOffset();
          more = true;
        }
      }
      return more;
    }
  }
}
