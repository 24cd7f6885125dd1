import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * What a record costs the broker as one thing grows and all else stays the same.
 *
 * <pre>Sweep SYSTEM SERVER PID KIND WARM-SECONDS SECONDS VALUE...</pre>
 *
 * <p>KIND is {@code partitions} (batches of 100 records as fast as they go), {@code batch} (the
 * same to 6 partitions, with so many records in a batch), {@code connections} (4,000 batches of 10
 * records a second over them all) or {@code groups} (500 commits and 500 heartbeats a second over
 * them all). Prints a row of JSON for each value.
 */
public final class Sweep {
  private static final int BYTES = 100;
  private static final int FEW = 6;
  private static final int PEERS = 8;
  private static final int UNDER_WAY = 5;
  private static final int BATCHES_A_SECOND = 4000;
  private static final int CALLS_A_SECOND = 1000;

  private final String system;
  private final String server;
  private final Broker broker;
  private final String kind;
  private final Latencies latencies = new Latencies();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private volatile boolean sending;

  private Sweep(String[] args) {
    system = args[0];
    server = args[1];
    broker = new Broker(args[2]);
    kind = args[3];
  }

  public static void main(String[] args) throws Exception {
    Sweep sweep = new Sweep(args);
    int warm = Integer.parseInt(args[4]);
    double seconds = Double.parseDouble(args[5]);
    // A JVM broker is dear until it is warm; the second value stands for the others.
    sweep.point("warm", Integer.parseInt(args[Math.min(7, args.length - 1)]), warm, false);
    for (int i = 6; i < args.length; i++) {
      sweep.point("p" + i, Integer.parseInt(args[i]), seconds, true);
    }
    System.exit(0);
  }

  private void point(String name, int value, double seconds, boolean measured) throws Exception {
    done.set(0);
    failures.set(0);
    int connections = kind.equals("connections") || kind.equals("groups") ? value : PEERS;
    try (Wire wire = new Wire(server)) {
      List<Wire.Peer> peers = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        peers.add(wire.connect());
      }
      wire.start();
      Run run =
          switch (kind) {
            case "partitions" -> flood(wire, peers, new Field(server, name, value), 100);
            case "batch" -> flood(wire, peers, new Field(server, name, FEW), value);
            case "connections" -> steady(wire, peers, new Field(server, name, FEW));
            case "groups" -> groups(wire, peers, name);
            default -> throw new IllegalArgumentException(kind);
          };
      sending = true;
      Thread sender = new Thread(run::send, "sender");
      sender.start();
      Thread.sleep(1000);
      wire.check();
      latencies.begin();
      long before = done.get();
      double cpuBefore = broker.cpu();
      long begun = System.nanoTime();
      Thread.sleep((long) (seconds * 1000));
      long count = done.get() - before;
      double took = (System.nanoTime() - begun) / 1e9;
      double cpu = broker.cpu() - cpuBefore;
      latencies.end();
      sending = false;
      sender.join();
      wire.check();
      if (measured) {
        System.out.printf(
            "{\"system\":\"%s\",\"row\":\"sweep %s\",\"x\":%d,\"%s_per_s\":%.0f,"
                + "\"cpu_us_per_%s\":%.4g%s,\"failures\":%d}%n",
            system,
            kind,
            value,
            run.unit + "s",
            count * run.each / took,
            run.unit,
            cpu * 1e6 / (count * run.each),
            latencies.fields(""),
            failures.get());
      }
    }
  }

  /** A load; each of its requests is for so many units. */
  private abstract static class Run {
    final String unit;
    final int each;

    Run(String unit, int each) {
      this.unit = unit;
      this.each = each;
    }

    /** Returns when nothing is to be sent any more. */
    abstract void send();
  }

  private LongConsumer counted() {
    return nanos -> {
      if (nanos < 0) {
        failures.incrementAndGet();
      } else {
        done.incrementAndGet();
        latencies.add(nanos);
      }
    };
  }

  /** The same number of requests under way at any time, each connection going round its share. */
  private Run flood(Wire wire, List<Wire.Peer> peers, Field field, int records) throws Exception {
    Field.Writer writer = field.writer(records, BYTES);
    writer.fill(wire, peers);
    LongConsumer counted = counted();
    return new Run("record", records) {
      @Override
      void send() {
        for (int i = 0; i < peers.size(); i++) {
          for (int k = 0; k < UNDER_WAY; k++) {
            next(peers.get(i), i + k * peers.size());
          }
        }
        while (sending) {
          LockSupport.parkNanos(1_000_000);
        }
      }

      private void next(Wire.Peer peer, int number) {
        try {
          writer.send(
              peer,
              number % field.partitions(),
              nanos -> {
                counted.accept(nanos);
                if (sending) {
                  next(peer, number + UNDER_WAY * peers.size());
                }
              });
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
      }
    };
  }

  /** The same number of requests a second, the connections in turn. */
  private Run steady(Wire wire, List<Wire.Peer> peers, Field field) throws Exception {
    Field.Writer writer = field.writer(10, BYTES);
    writer.fill(wire, peers);
    LongConsumer counted = counted();
    return new Paced("record", 10, BATCHES_A_SECOND) {
      @Override
      void call(long number) throws IOException {
        int peer = (int) (number % peers.size());
        writer.send(peers.get(peer), (int) (number % FEW), counted);
      }
    };
  }

  /** Groups of one member each, which has a connection of its own. */
  private Run groups(Wire wire, List<Wire.Peer> peers, String name) throws Exception {
    Field field = new Field(server, name, 1);
    field.writer(1, BYTES).fill(wire, peers);
    List<Member> members = Member.join(wire, peers, name, field.topic(0));
    return new Paced("request", 1, CALLS_A_SECOND) {
      @Override
      void call(long number) throws IOException {
        Member member = members.get((int) (number / 2 % members.size()));
        Member.Outcome outcome =
            (error, nanos) -> {
              (error == 0 ? done : failures).incrementAndGet();
              if (number % 2 == 0) {
                latencies.add(nanos);
              }
            };
        if (number % 2 == 0) {
          member.commit(number, outcome);
        } else {
          member.heartbeat(outcome);
        }
      }
    };
  }

  /** Requests at a fixed rate. */
  private abstract class Paced extends Run {
    private final int rate;

    Paced(String unit, int each, int rate) {
      super(unit, each);
      this.rate = rate;
    }

    abstract void call(long number) throws IOException;

    @Override
    void send() {
      try {
        Pace pace = new Pace(rate);
        for (long i = 0; sending; i++) {
          pace.await(i);
          call(i);
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
