package milena.broker.partition;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import milena.broker.partition.PartitionReplica.Append;
import milena.broker.partition.PartitionReplica.AppendListener;
import milena.broker.partition.PartitionReplica.AppendOrigin;
import milena.broker.partition.PartitionReplica.AppendResult;
import milena.broker.partition.PartitionReplica.BecomeReplica;
import milena.broker.partition.PartitionReplica.Command;
import milena.broker.partition.PartitionReplica.Stop;
import milena.broker.partition.PartitionReplica.Stopped;
import milena.common.TopicIdPartition;
import milena.common.config.LogConfig;
import milena.log.LogDirectory;
import milena.metadata.PartitionImage;
import milena.record.BatchBuilder;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;

/** A node's replicas without the node: one log directory, a clock of our own, real actors. */
final class Replicas implements AutoCloseable {
  static final int SELF = 1;
  static final Uuid TOPIC = new Uuid(7, 7);

  final ActorTestKit kit =
      ActorTestKit.create(
          "replicas",
          ConfigFactory.parseString("akka.actor.provider = local")
              .withFallback(ConfigFactory.load()));
  final AtomicLong nowMs = new AtomicLong(1_700_000_000_000L);
  final PartitionRegistry registry = new PartitionRegistry();
  final ExecutorService blocking = Executors.newFixedThreadPool(2);
  final List<ReplicaDirectory> failed = new CopyOnWriteArrayList<>();
  final LogDirectory files;
  final ReplicaDirectory directory;
  final ReplicaHost host;

  Replicas(Path path) throws IOException {
    files = LogDirectory.open(path);
    directory = ReplicaDirectory.load(files, new Uuid(1, 1));
    host = new ReplicaHost(SELF, registry, nowMs::get, blocking, 86_400_000, failed::add);
  }

  static TopicIdPartition id(int partition) {
    return new TopicIdPartition(TOPIC, partition);
  }

  ActorRef<Command> spawn(int partition) {
    return kit.spawn(PartitionReplica.create(id(partition), host));
  }

  /** A replica that leads, and has published its first view. */
  ActorRef<Command> leader(int partition, LogConfig config) {
    ActorRef<Command> replica = spawn(partition);
    replica.tell(new BecomeReplica("t", image(0, 0, SELF, SELF), config, directory));
    awaitHandle(partition);
    return replica;
  }

  PartitionHandle awaitHandle(int partition) {
    return kit.createTestProbe()
        .awaitAssert(
            () -> {
              PartitionHandle handle = registry.find(id(partition));
              if (handle == null) {
                throw new AssertionError("No replica " + partition + " yet");
              }
              return handle;
            });
  }

  PartitionView view(int partition) {
    return registry.find(id(partition)).view();
  }

  static PartitionImage image(int leaderEpoch, int partitionEpoch, int leader, Integer... isr) {
    return image(leaderEpoch, partitionEpoch, leader, List.of(isr), isr);
  }

  static PartitionImage image(
      int leaderEpoch, int partitionEpoch, int leader, List<Integer> replicas, Integer... isr) {
    List<Uuid> directories = replicas.stream().map(replica -> Uuid.ZERO_UUID).toList();
    return new PartitionImage(
        replicas, directories, List.of(isr), List.of(), leader, leaderEpoch, partitionEpoch);
  }

  Stopped stop(ActorRef<Command> replica, boolean clean) {
    var probe = kit.<Stopped>createTestProbe();
    replica.tell(new Stop(clean, probe.getRef()));
    Stopped stopped = probe.receiveMessage();
    probe.expectTerminated(replica, Duration.ofSeconds(60));
    return stopped;
  }

  /** A batch with these values. */
  static ByteBuffer batch(long timestampMs, String... values) {
    BatchBuilder builder = new BatchBuilder(Compression.NONE);
    for (String value : values) {
      builder.append(timestampMs, null, value.getBytes());
    }
    return builder.build();
  }

  ByteBuffer batch(String... values) {
    return batch(nowMs.get(), values);
  }

  Answer append(ActorRef<Command> replica, int acks, ByteBuffer records) {
    return append(replica, acks, records, -1, Duration.ofSeconds(30));
  }

  Answer append(
      ActorRef<Command> replica,
      int acks,
      ByteBuffer records,
      int requiredEpoch,
      Duration timeout) {
    Answer answer = new Answer();
    replica.tell(
        new Append(
            records,
            (short) acks,
            AppendOrigin.CLIENT,
            requiredEpoch,
            System.nanoTime() + timeout.toNanos(),
            answer));
    return answer;
  }

  @Override
  public void close() throws IOException {
    kit.shutdownTestKit();
    blocking.shutdownNow();
    files.close();
  }

  /** What becomes of one append. */
  static class Answer implements AppendListener {
    final CompletableFuture<AppendResult> result = new CompletableFuture<>();
    final BlockingQueue<String> calls = new LinkedBlockingQueue<>();

    @Override
    public void released() {
      calls.add("released");
    }

    @Override
    public void completed(AppendResult completed) {
      calls.add("completed");
      result.complete(completed);
    }

    AppendResult await() {
      try {
        return result.get(60, TimeUnit.SECONDS);
      } catch (Exception e) {
        throw new AssertionError("No answer", e);
      }
    }

    List<String> calls() {
      return new ArrayList<>(calls);
    }
  }
}
