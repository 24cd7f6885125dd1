package milena.streams.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import milena.log.LogView.AbortedTransaction;
import milena.record.BatchBuilder;
import milena.streams.core.FetchPosition.AskOn;
import milena.streams.core.FetchPosition.Deliver;
import milena.streams.core.FetchPosition.Fail;
import milena.streams.core.FetchPosition.Lookup;
import milena.streams.core.FetchPosition.Read;
import milena.streams.core.FetchPosition.Retry;
import milena.streams.link.ReadAnswer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Assert;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Where a partition's reading stands, what of it is delivered, and what is committed. */
public class PositionsTest extends JUnitSuite {
  private static final TopicPartition PARTITION = new TopicPartition("orders", 3);

  private static ByteBuffer batch(long baseOffset, int records) {
    return batch(new BatchBuilder(Compression.NONE).baseOffset(baseOffset), records);
  }

  private static ByteBuffer batch(BatchBuilder builder, int records) {
    for (int i = 0; i < records; i++) {
      builder.append(i, null, new byte[] {(byte) i});
    }
    return builder.build();
  }

  private static ByteBuffer join(ByteBuffer... batches) {
    ByteBuffer all = ByteBuffer.allocate(10_000);
    for (ByteBuffer each : batches) {
      all.put(each);
    }
    return all.flip();
  }

  private static ReadAnswer records(ByteBuffer bytes) {
    return new ReadAnswer(Errors.NONE, 100, List.of(), bytes);
  }

  @Test
  public void readsGoOnBehindWhatWasRead() {
    FetchPosition position = FetchPosition.at(PARTITION, OffsetReset.NONE, 12);
    assertEquals(new Read(12), position.next());
    ReadAnswer answer = records(join(batch(10, 5), batch(15, 2)));
    assertEquals(12, ((Deliver) position.read(answer)).chunk().fromOffset());
    assertEquals(new Read(17), position.next());
    assertEquals(new AskOn(), position.read(ReadAnswer.empty(Errors.NONE, 17)));
    assertEquals(new Read(17), position.next());
  }

  @Test
  public void aPositionThatIsNotThereIsLookedUp() {
    FetchPosition position = FetchPosition.unknown(PARTITION, OffsetReset.EARLIEST);
    assertEquals(new Lookup(-2), position.next());
    assertEquals(
        new Retry(Errors.NOT_LEADER_OR_FOLLOWER),
        position.lookedUp(Errors.NOT_LEADER_OR_FOLLOWER, -1));
    assertEquals(new AskOn(), position.lookedUp(Errors.NONE, 7));
    assertEquals(new Read(7), position.next());
    assertEquals(new AskOn(), position.read(ReadAnswer.empty(Errors.OFFSET_OUT_OF_RANGE, 3)));
    assertEquals(new Lookup(-2), position.next());
  }

  @Test
  public void aTimeThatNoRecordHasStandsForTheEnd() {
    FetchPosition position = FetchPosition.atTime(PARTITION, OffsetReset.NONE, 5_000);
    assertEquals(new Lookup(5_000), position.next());
    position.lookedUp(Errors.NONE, -1);
    Assert.assertThrows(NoOffsetForPartitionException.class, position::next);
    FetchPosition lenient = FetchPosition.atTime(PARTITION, OffsetReset.EARLIEST, 5_000);
    lenient.lookedUp(Errors.NONE, -1);
    assertEquals(new Lookup(-1), lenient.next());
  }

  @Test
  public void withoutAPolicyItFails() {
    FetchPosition position = FetchPosition.at(PARTITION, OffsetReset.NONE, 12);
    Fail fail = (Fail) position.read(ReadAnswer.empty(Errors.OFFSET_OUT_OF_RANGE, 3));
    assertEquals(OffsetOutOfRangeException.class, fail.cause().getClass());
    assertTrue(
        FetchPosition.at(PARTITION, OffsetReset.NONE, 12).read(records(ByteBuffer.allocate(80)))
            instanceof Fail);
  }

  private static List<Long> offsets(Chunk chunk) {
    List<Long> offsets = new ArrayList<>();
    try (ChunkReader reader = new ChunkReader(true)) {
      reader.start(chunk);
      while (reader.next()) {
        offsets.add(reader.offset());
      }
    }
    return offsets;
  }

  @Test
  public void onlyWhatIsAConsumersIsDelivered() {
    ByteBuffer aborted =
        batch(
            new BatchBuilder(Compression.NONE)
                .baseOffset(15)
                .producer(9, (short) 0, 0)
                .transactional(true),
            2);
    ByteBuffer marker = batch(new BatchBuilder(Compression.NONE).baseOffset(17).control(true), 1);
    ByteBuffer squeezed = batch(new BatchBuilder(Compression.gzip().build()).baseOffset(18), 2);
    ByteBuffer all = join(batch(10, 5), aborted, marker, squeezed);
    assertEquals(
        List.of(12L, 13L, 14L, 18L, 19L),
        offsets(
            new Chunk(PARTITION, 12, all.duplicate(), List.of(new AbortedTransaction(9, 15, 16)))));
    assertEquals(
        List.of(13L, 14L, 15L, 16L, 18L, 19L),
        offsets(new Chunk(PARTITION, 13, all.duplicate(), List.of())));
  }

  @Test
  public void aDamagedBatchIsNotDelivered() {
    ByteBuffer damaged = batch(10, 5);
    damaged.put(damaged.limit() - 2, (byte) 0x55);
    Assert.assertThrows(
        CorruptRecordException.class, () -> offsets(new Chunk(PARTITION, 10, damaged, List.of())));
  }

  private static Position at(long reading, long offset) {
    return new Position(PARTITION, reading, offset, 0, "");
  }

  @Test
  public void oneCommitIsUnderWayAndTheNextGathers() {
    PendingCommits<String> commits = new PendingCommits<>();
    commits.add(List.of(at(1, 10)), "a");
    assertEquals(Map.of(PARTITION, at(1, 10)), commits.begin(any -> true));
    commits.add(List.of(at(1, 30)), "b");
    commits.add(List.of(at(1, 20)), "c");
    assertFalse("one at a time", commits.isReady());
    commits.again();
    assertEquals("the latest counts", Map.of(PARTITION, at(1, 30)), commits.begin(any -> true));
    assertEquals(List.of("a", "b", "c"), commits.end());
    assertTrue(commits.isEmpty());
  }

  @Test
  public void whatWasReadBeforeThePartitionWentAwayIsNotCommitted() {
    PendingCommits<String> commits = new PendingCommits<>();
    commits.add(List.of(at(1, 90)), "before");
    commits.add(List.of(at(2, 50)), "after");
    assertEquals(Map.of(PARTITION, at(2, 50)), commits.begin(position -> position.reading() == 2));
    commits.end();
    commits.add(List.of(at(1, 95)), "late");
    assertEquals(Map.of(), commits.begin(position -> position.reading() == 2));
    assertEquals(List.of("late"), commits.end());
  }
}
