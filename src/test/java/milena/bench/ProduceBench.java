package milena.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import milena.common.config.LogConfig;
import milena.log.AppendSource;
import milena.log.PartitionLog;
import milena.record.BatchBuilder;
import milena.record.BatchValidator;
import milena.record.RecordBatch;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
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

/** What one batch costs on its way from the request to the file. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ProduceBench {
  private static final short VERSION = 12;
  private static final long FILE_MAX = 512L << 20;

  /** Bytes of a record's value. */
  @Param({"100", "1024"})
  int recordBytes;

  /** About the bytes of a batch. */
  @Param({"16384", "262144"})
  int batchBytes;

  private final BatchValidator validator = new BatchValidator();
  private final RecordBatch header = new RecordBatch();
  private ByteBuffer batch;
  private ByteBuffer request;
  private TemporaryLog temporary;
  private PartitionLog log;
  private long offset;

  @Setup
  public void fill() throws IOException {
    byte[] value = new byte[recordBytes];
    BatchBuilder builder = new BatchBuilder(Compression.NONE, batchBytes);
    for (int i = 0; i < Math.max(1, batchBytes / (recordBytes + 8)); i++) {
      builder.append(TemporaryLog.NOW + i, null, value);
    }
    ByteBuffer built = builder.build();
    batch = ByteBuffer.allocateDirect(built.remaining()).put(built.duplicate()).flip();

    ProduceRequestData data = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000);
    ProduceRequestData.TopicProduceData topic =
        new ProduceRequestData.TopicProduceData().setName("bench");
    for (int i = 0; i < 6; i++) {
      topic
          .partitionData()
          .add(
              new ProduceRequestData.PartitionProduceData()
                  .setIndex(i)
                  .setRecords(MemoryRecords.readableRecords(built.duplicate())));
    }
    data.topicData().add(topic);
    ByteBuffer bytes = MessageUtil.toByteBufferAccessor(data, VERSION).buffer();
    request = ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();

    temporary = new TemporaryLog();
    log = temporary.log;
  }

  @TearDown
  public void erase() throws IOException {
    temporary.close();
  }

  /** Checksum, structure and times of each record. */
  @Benchmark
  public Object validate() {
    return validator.validate(
        batch, LogConfig.DEFAULT, BatchValidator.Source.CLIENT, TemporaryLog.NOW + 500);
  }

  /** The offsets and the epoch that a leader assigns. */
  @Benchmark
  public long assign() {
    header.wrap(batch, 0).assign(offset++, 3);
    return header.lastOffset();
  }

  /** Six batches' request, from its bytes to the generated class. */
  @Benchmark
  public Object decode() {
    return new ProduceRequestData(new ByteBufferAccessor(request.duplicate()), VERSION);
  }

  /** From the replica's hands into the page cache, indexes included. */
  @Benchmark
  public long append() throws IOException {
    if (log.view().sizeInBytes() > FILE_MAX) {
      log.truncateFullyAndStartAt(0);
    }
    log.append(batch.duplicate(), 3, AppendSource.CLIENT, TemporaryLog.NOW + 500);
    log.writeStaged();
    return log.writtenEndOffset();
  }
}
