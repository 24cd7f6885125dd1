import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What a fault of one of three brokers costs a producer: {@code Failover SYSTEM ID=HOST:PORT,...
 * ID=PID,... BRIDGE FAULT} prints a line of JSON. A stock producer writes 200 records a second to a
 * partition of three replicas; after five seconds the fault strikes its leader, or a follower.
 *
 * <pre>
 *   kill-leader term-leader     the process gets the signal, and stays away
 *   stop-leader stop-follower   SIGSTOP, and SIGCONT when all is measured
 *   cut-leader cut-follower     its link leaves the bridge: packets vanish, both ways
 * </pre>
 *
 * The gap is the longest time between two acknowledgements of that producer. With a leader that
 * stands still or is cut off the producer waits out its own request time-out; so there another is
 * made every 200 ms, which knows the other brokers only, and what counts is when the first of them
 * has a record acknowledged. In the end all that was acknowledged is looked for.
 */
public final class Failover {
  private static final int RATE = 200;
  private static final int BEFORE = 5 * RATE;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long WATCH_AT_LEAST = 15 * SECOND;
  private static final long WATCH_AT_MOST = 110 * SECOND;
  private static final long FLOWING = 5 * SECOND;
  private static final long FRESH_EVERY_MS = 200;
  private static final String FRESH = "fresh";

  private final Map<Integer, String> servers;
  private final Map<Integer, String> pids;
  private final String bridge;
  private final String topic = "failover-" + System.currentTimeMillis();
  private final ConcurrentLinkedQueue<Long> acks = new ConcurrentLinkedQueue<>();

  /** What must be there in the end: of the stock producer, and of those made after the fault. */
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicLong lastAck = new AtomicLong();

  /** The first acknowledgement after the last pause of more than a second. */
  private final AtomicLong flowingSince = new AtomicLong();

  /** When a producer that was made after the fault had a record acknowledged, 0 for never. */
  private final AtomicLong freshAck = new AtomicLong();

  private Failover(String servers, String pids, String bridge) {
    this.servers = byId(servers);
    this.pids = byId(pids);
    this.bridge = bridge;
  }

  public static void main(String[] args) throws Exception {
    System.out.println(new Failover(args[1], args[2], args[3]).measure(args[0], args[4]));
    System.exit(0);
  }

  private static Map<Integer, String> byId(String list) {
    Map<Integer, String> found = new TreeMap<>();
    for (String each : list.split(",")) {
      found.put(Integer.parseInt(each.split("=")[0]), each.split("=")[1]);
    }
    return found;
  }

  private static Map<String, Object> config(String servers) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", servers);
    return config;
  }

  private String allServers() {
    return String.join(",", servers.values());
  }

  private String measure(String system, String fault) throws Exception {
    try (Admin admin = Admin.create(config(allServers()));
        KafkaProducer<String, String> producer =
            new KafkaProducer<>(
                config(allServers()), new StringSerializer(), new StringSerializer())) {
      awaitBrokers(admin);
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 3))).all().get();
      awaitInSync(admin);
      long began = System.nanoTime();
      int sent = send(producer, 0, BEFORE, began);
      TopicPartitionInfo partition = describe(admin);
      int leader = partition.leader().id();
      int controller = admin.describeMetadataQuorum().quorumInfo().get().leaderId();
      int victim =
          fault.endsWith("leader")
              ? leader
              : partition.replicas().stream()
                  .map(each -> each.id())
                  .filter(id -> id != leader)
                  .findFirst()
                  .orElseThrow();
      long struck = System.nanoTime();
      strike(fault, victim);
      ExecutorService fresh = Executors.newCachedThreadPool(Failover::daemon);
      Thread maker = daemon(() -> makeFresh(fresh, victim));
      if (fault.matches("(stop|cut)-leader")) {
        maker.start();
      }
      while (!isOver(struck)) {
        sent = send(producer, sent, sent + 1, began);
      }
      final long watchedUntil = System.nanoTime();
      maker.interrupt();
      mend(fault, victim);
      producer.flush();
      if (!fault.matches("(kill|term)-.*")) {
        awaitInSync(admin);
      }
      return "{\"system\":\"%s\",\"fault\":\"%s\",\"gap_ms\":%.1f,\"before_ms\":%.1f,\"fresh_ms\":%s,"
              .formatted(
                  system,
                  fault,
                  longestGap(struck - SECOND, watchedUntil),
                  longestGap(began + SECOND, struck),
                  freshAck.get() == 0 ? "null" : "%.1f".formatted((freshAck.get() - struck) / 1e6))
          + "\"sent\":%d,\"acked\":%d,\"refused\":%d,\"lost\":%d,\"victim\":%d,\"controller\":%b}"
              .formatted(
                  sent, acknowledged.size(), refused.get(), lost(), victim, victim == controller);
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    return thread;
  }

  private void awaitBrokers(Admin admin) throws Exception {
    await("brokers", () -> admin.describeCluster().nodes().get().size() == servers.size());
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(String what, Condition condition) throws Exception {
    long deadline = System.nanoTime() + 120 * SECOND;
    while (System.nanoTime() < deadline) {
      try {
        if (condition.holds()) {
          return;
        }
      } catch (ExecutionException notYet) {
        // Who was asked has not heard of it yet, or does not answer.
      }
      Thread.sleep(100);
    }
    throw new IllegalStateException("Not all " + what + " are there after two minutes");
  }

  private TopicPartitionInfo describe(Admin admin) throws Exception {
    return admin
        .describeTopics(List.of(topic))
        .allTopicNames()
        .get()
        .get(topic)
        .partitions()
        .get(0);
  }

  private void awaitInSync(Admin admin) throws Exception {
    await("replicas in sync", () -> describe(admin).isr().size() == servers.size());
  }

  /** Sends numbered records, each when it is due. */
  private int send(KafkaProducer<String, String> producer, int from, int until, long began) {
    for (int i = from; i < until; i++) {
      long due = began + i * (SECOND / RATE);
      for (long wait; (wait = due - System.nanoTime()) > 0; ) {
        LockSupport.parkNanos(wait);
      }
      String value = Integer.toString(i);
      producer.send(
          new ProducerRecord<>(topic, 0, null, value),
          (sent, problem) -> {
            if (problem == null) {
              acked(value);
            } else {
              refused.incrementAndGet();
            }
          });
    }
    return until;
  }

  private void acked(String value) {
    long now = System.nanoTime();
    acknowledged.add(value);
    acks.add(now);
    if (now - lastAck.getAndSet(now) > SECOND) {
      flowingSince.set(now);
    }
  }

  private boolean isOver(long struck) {
    long now = System.nanoTime();
    boolean flows = now - lastAck.get() < SECOND && now - flowingSince.get() > FLOWING;
    return now - struck > WATCH_AT_MOST || now - struck > WATCH_AT_LEAST && flows;
  }

  private void strike(String fault, int victim) throws Exception {
    switch (fault) {
      case "kill-leader" -> run("kill", "-KILL", pids.get(victim));
      case "term-leader" -> run("kill", "-TERM", pids.get(victim));
      case "stop-leader", "stop-follower" -> run("kill", "-STOP", pids.get(victim));
      case "cut-leader", "cut-follower" -> run("ip", "link", "set", bridge + victim, "nomaster");
      default -> throw new IllegalArgumentException("No such fault: " + fault);
    }
  }

  private void mend(String fault, int victim) throws Exception {
    if (fault.startsWith("stop")) {
      run("kill", "-CONT", pids.get(victim));
    } else if (fault.startsWith("cut")) {
      run("ip", "link", "set", bridge + victim, "master", bridge);
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
      throw new IllegalStateException("Failed: " + String.join(" ", command));
    }
  }

  /** Makes producers that know nothing, until one of them has written. */
  private void makeFresh(ExecutorService threads, int victim) {
    String others =
        servers.entrySet().stream()
            .filter(each -> each.getKey() != victim)
            .map(Map.Entry::getValue)
            .collect(Collectors.joining(","));
    try {
      for (int i = 0; freshAck.get() == 0; i++) {
        String value = FRESH + i;
        threads.execute(() -> writeFresh(others, value));
        Thread.sleep(FRESH_EVERY_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeFresh(String others, String value) {
    KafkaProducer<String, String> producer =
        new KafkaProducer<>(config(others), new StringSerializer(), new StringSerializer());
    try {
      producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
      freshAck.compareAndSet(0, System.nanoTime());
      acknowledged.add(value);
    } catch (Exception refusedOrOver) {
      // Another has written by now, or will.
    } finally {
      producer.close(Duration.ZERO);
    }
  }

  private double longestGap(long from, long until) {
    long previous = from;
    long longest = 0;
    for (long ack : acks) {
      if (ack >= from && ack <= until) {
        longest = Math.max(longest, ack - previous);
        previous = ack;
      }
    }
    return Math.max(longest, until - previous) / 1e6;
  }

  /** How many of the acknowledged records are not there. */
  private int lost() {
    Set<String> missing = new HashSet<>(acknowledged);
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            config(allServers()), new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      long deadline = System.nanoTime() + 60 * SECOND;
      while (consumer.position(partition) < end && System.nanoTime() < deadline) {
        List<String> read = new ArrayList<>();
        consumer.poll(Duration.ofMillis(200)).forEach(each -> read.add(each.value()));
        missing.removeAll(read);
      }
    }
    return missing.size();
  }
}
