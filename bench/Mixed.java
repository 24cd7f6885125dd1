import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Half of the connections write records of 1 KiB at a fixed rate, each to its share of the
 * partitions, and half read them as they come.
 *
 * <pre>Mixed SYSTEM SERVERS PIDS CONNECTIONS PARTITIONS RATE WARM-SECONDS SECONDS</pre>
 *
 * With several servers each partition is written and read at its leader's.
 */
public final class Mixed {
  private static final int BYTES = 1024;

  /** Send times of a partition's last records, by offset. */
  private static final int REMEMBERED = 1 << 14;

  private Mixed() {}

  public static void main(String[] args) throws Exception {
    String system = args[0];
    String servers = args[1];
    Broker broker = new Broker(args[2]);
    int pairs = Integer.parseInt(args[3]) / 2;
    int partitions = Integer.parseInt(args[4]);
    int rate = Integer.parseInt(args[5]);
    int warm = Integer.parseInt(args[6]);
    int seconds = Integer.parseInt(args[7]);

    Wire wire = new Wire(servers);
    List<Wire.Peer> producers = new ArrayList<>();
    List<Wire.Peer> consumers = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      producers.add(wire.connect(i % wire.brokers()));
      consumers.add(wire.connect(i % wire.brokers()));
    }
    wire.start();
    Field field = new Field(servers, "mixed" + partitions, partitions);
    int[] spread = field.spread(servers, pairs);
    Field.Writer writer = field.writer(1, BYTES);
    long[] first = writer.fill(wire, partition -> producers.get(spread[partition]));
    int kept = Math.max(64, REMEMBERED / partitions);
    AtomicLongArray sentAt = new AtomicLongArray(partitions * kept);
    Latencies acknowledged = new Latencies();
    Latencies consumed = new Latencies();
    AtomicLong written = new AtomicLong();
    AtomicLong read = new AtomicLong();

    Map<Integer, Map<Integer, Long>> shares = new HashMap<>();
    for (int p = 0; p < partitions; p++) {
      shares.computeIfAbsent(spread[p], i -> new HashMap<>()).put(p, first[p]);
    }
    for (int i : shares.keySet()) {
      new Fetches(
              field,
              consumers.get(i),
              500,
              shares.get(i),
              (partition, from, to) -> {
                long now = System.nanoTime();
                for (long offset = from; offset <= to; offset++) {
                  int slot = (int) (offset % kept);
                  consumed.add(now - sentAt.get(partition * kept + slot));
                  read.incrementAndGet();
                }
              })
          .start();
    }

    Thread sender =
        new Thread(
            () -> {
              long[] next = first.clone();
              Pace pace = new Pace(rate);
              try {
                for (long i = 0; ; i++) {
                  pace.await(i);
                  int partition = (int) (i % partitions);
                  int slot = (int) (next[partition]++ % kept);
                  sentAt.set(partition * kept + slot, System.nanoTime());
                  writer.send(
                      producers.get(spread[partition]),
                      partition,
                      nanos -> {
                        if (nanos < 0) {
                          throw new IllegalStateException("a record was refused");
                        }
                        acknowledged.add(nanos);
                        written.incrementAndGet();
                      });
                }
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            },
            "sender");
    sender.setDaemon(true);
    sender.start();

    rest(wire, sender, warm * 1000L);
    acknowledged.begin();
    consumed.begin();
    long before = written.get();
    long readBefore = read.get();
    double cpuBefore = broker.cpu();
    long begun = System.nanoTime();
    long rssStart = broker.rss();
    rest(wire, sender, seconds * 500L);
    long rssMiddle = broker.rss();
    rest(wire, sender, seconds * 500L);
    long rssEnd = broker.rss();
    double cpu = broker.cpu() - cpuBefore;
    double took = (System.nanoTime() - begun) / 1e9;
    long count = written.get() - before;
    acknowledged.end();
    consumed.end();
    System.out.printf(
        "{\"system\":\"%s\",\"row\":\"%smixed, %,d connections, %,d partitions\","
            + "\"seconds\":%.0f,\"written_per_s\":%.0f,\"read_per_s\":%.0f%s%s,\"cpu_s_per_gb\":%.4g,"
            + "\"rss_start_mib\":%d,\"rss_middle_mib\":%d,\"rss_end_mib\":%d}%n",
        system,
        wire.brokers() > 1 ? "three nodes, " : "",
        2 * pairs,
        partitions,
        took,
        count / took,
        (read.get() - readBefore) / took,
        acknowledged.fields(""),
        consumed.fields("consumed_"),
        cpu / (count * (double) BYTES / 1e9),
        rssStart,
        rssMiddle,
        rssEnd);
    System.exit(0);
  }

  private static void rest(Wire wire, Thread sender, long millis) {
    long until = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() < until) {
      wire.check();
      if (!sender.isAlive()) {
        throw new IllegalStateException("nothing is sent any more");
      }
      LockSupport.parkNanos(20_000_000);
    }
  }
}
