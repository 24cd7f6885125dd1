package milena.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import milena.broker.partition.FilePartition;
import milena.broker.partition.ReplicationThrottle;
import milena.kafka.api.FetchAnswer;
import milena.kafka.api.FetchHandler;
import milena.kafka.api.LocalTopics;
import milena.kafka.api.ReadAhead;
import milena.kafka.api.RequestContext;
import milena.kafka.api.RequestContexts;
import milena.log.AppendSource;
import milena.log.LogSlice;
import milena.log.LogView;
import milena.log.PartitionLog;
import milena.record.BatchBuilder;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a fetch costs until the kernel sends the bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FetchBench {
  private static final int BATCHES = 50_000;
  private static final int RECORDS = 10;

  /** Partitions of the session, of which one has something new. */
  @Param({"1", "1000"})
  int partitions;

  private final SplittableRandom random = new SplittableRandom(1);
  private final RequestContext context = RequestContexts.version(12);
  private TemporaryLog temporary;
  private LogView view;
  private LocalTopics topics;
  private FetchHandler handler;
  private int session;
  private int epoch = 1;

  @Setup
  public void fill() throws Exception {
    temporary = new TemporaryLog();
    PartitionLog log = temporary.log;
    for (int i = 0; i < BATCHES; i++) {
      BatchBuilder builder = new BatchBuilder(Compression.NONE);
      for (int k = 0; k < RECORDS; k++) {
        builder.append(TemporaryLog.NOW + i, null, new byte[100]);
      }
      log.append(builder.build(), 0, AppendSource.CLIENT, TemporaryLog.NOW);
      log.writeStaged();
    }
    view = log.view();

    topics = new LocalTopics();
    topics.topic("t", partitions);
    List<FetchPartition> all = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      FilePartition partition = topics.host("t", i);
      if (i == 0) {
        partition.append("a");
      }
      all.add(new FetchPartition().setPartition(i).setPartitionMaxBytes(1 << 20));
    }
    handler =
        new FetchHandler(
            topics.partitions(),
            ReplicationThrottle.off(),
            new ReadAhead(Runnable::run),
            50 << 20,
            10,
            false);
    FetchRequestData first = request().setSessionEpoch(0);
    first.topics().add(new FetchTopic().setTopic("t").setPartitions(all));
    FetchAnswer answer = answer(first);
    session = answer.sessionId();
    answer.close();
  }

  @TearDown
  public void erase() throws IOException {
    topics.close();
    temporary.close();
  }

  private static FetchRequestData request() {
    return new FetchRequestData().setMaxWaitMs(0).setMinBytes(1).setMaxBytes(50 << 20);
  }

  private FetchAnswer answer(FetchRequestData request) {
    return (FetchAnswer) handler.handle(context, request).toCompletableFuture().join();
  }

  /** An incremental fetch of a session: one partition has a batch, the others are idle. */
  @Benchmark
  public int plan() {
    FetchAnswer answer = answer(request().setSessionId(session).setSessionEpoch(epoch++));
    answer.close();
    return answer.responses().size();
  }

  /** From an offset to the bytes of its batch, by the index and the headers behind it. */
  @Benchmark
  public long look() throws IOException {
    long offset = random.nextInt(BATCHES * RECORDS);
    try (LogSlice slice = view.read(offset, view.logEndOffset(), 1 << 20, true)) {
      return slice.position();
    }
  }
}
