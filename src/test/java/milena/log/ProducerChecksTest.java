package milena.log;

import static org.junit.Assert.assertEquals;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import milena.common.config.LogConfig;
import milena.record.ControlRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** What a leader accepts of idempotent and transactional producers (KIP-98). */
public class ProducerChecksTest extends JUnitSuite {
  private static final long NOW = TestBatches.NOW;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path directory;
  private PartitionLog log;

  @Before
  public void open() throws Exception {
    directory = folder.getRoot().toPath().resolve("t-0");
    log = open(PartitionLog.OpenOptions.NEW);
  }

  @After
  public void close() throws Exception {
    log.close();
  }

  private PartitionLog open(PartitionLog.OpenOptions options) throws Exception {
    return PartitionLog.open(
        directory, new TopicPartition("t", 0), new Uuid(1, 1), LogConfig.DEFAULT, options, NOW);
  }

  private String append(ByteBuffer batch) throws Exception {
    return told(log.append(batch, 0, AppendSource.CLIENT, NOW));
  }

  private String mark(long producerId, boolean commit, int coordinatorEpoch) throws Exception {
    ByteBuffer marker =
        new ControlRecord(commit, coordinatorEpoch).toBatch(producerId, (short) 0, NOW);
    return told(log.append(marker, 0, AppendSource.COORDINATOR, NOW));
  }

  private static String told(AppendOutcome outcome) {
    if (outcome instanceof AppendOutcome.Appended appended) {
      return "appended " + appended.baseOffset() + " to " + appended.lastOffset();
    }
    if (outcome instanceof AppendOutcome.Duplicate duplicate) {
      return "duplicate " + duplicate.baseOffset() + " to " + duplicate.lastOffset();
    }
    return ((AppendOutcome.Refused) outcome).error().name();
  }

  @Test
  public void aRepeatedBatchIsAnsweredWithItsFirstOffsetEvenWhileStaged() throws Exception {
    assertEquals("appended 0 to 1", append(TestBatches.of(7, 0, 0, "a", "b")));
    for (int i = 2; i < 6; i++) {
      append(TestBatches.of(7, 0, i, "c"));
    }
    assertEquals("duplicate 0 to 1", append(TestBatches.of(7, 0, 0, "a", "b")));
    log.writeStaged();
    assertEquals("duplicate 5 to 5", append(TestBatches.of(7, 0, 5, "c")));
    assertEquals("appended 6 to 6", append(TestBatches.of(7, 0, 6, "d")));
    assertEquals(
        "only five are known",
        Errors.OUT_OF_ORDER_SEQUENCE_NUMBER.name(),
        append(TestBatches.of(7, 0, 0, "a", "b")));
  }

  @Test
  public void allBatchesThatMayBeInFlightAreKnownAgainAfterAStop() throws Exception {
    for (int i = 0; i < 5; i++) {
      append(TestBatches.of(7, 0, i, "a"));
    }
    append(TestBatches.of(8, 0, 0, "b"));
    log.close();
    log = open(PartitionLog.OpenOptions.NEW);
    assertEquals("duplicate 0 to 0", append(TestBatches.of(7, 0, 0, "a")));
    assertEquals("duplicate 3 to 3", append(TestBatches.of(7, 0, 3, "a")));
    assertEquals("duplicate 4 to 4", append(TestBatches.of(7, 0, 4, "a")));
    assertEquals("duplicate 5 to 5", append(TestBatches.of(8, 0, 0, "b")));
    assertEquals("appended 6 to 6", append(TestBatches.of(7, 0, 5, "a")));
  }

  @Test
  public void gapsAndOldEpochsAreRefused() throws Exception {
    append(TestBatches.of(7, 3, 0, "a"));
    assertEquals("OUT_OF_ORDER_SEQUENCE_NUMBER", append(TestBatches.of(7, 3, 2, "c")));
    assertEquals("INVALID_PRODUCER_EPOCH", append(TestBatches.of(7, 2, 1, "b")));
    assertEquals("OUT_OF_ORDER_SEQUENCE_NUMBER", append(TestBatches.of(7, 4, 1, "b")));
    assertEquals("appended 1 to 1", append(TestBatches.of(7, 4, 0, "b")));
    assertEquals("INVALID_PRODUCER_EPOCH", append(TestBatches.of(7, 3, 1, "c")));
  }

  @Test
  public void anUnknownProducerMayGoOnAnywhere() throws Exception {
    assertEquals("appended 0 to 0", append(TestBatches.of(7, 3, 100, "a")));
    assertEquals("appended 1 to 1", append(TestBatches.of(7, 3, 101, "b")));
  }

  @Test
  public void sequenceNumbersWrap() throws Exception {
    assertEquals(
        "appended 0 to 2", append(TestBatches.of(7, 0, Integer.MAX_VALUE - 1, "a", "b", "c")));
    assertEquals(0, log.view().activeProducers().get(0).lastSequence());
    assertEquals(
        "duplicate 0 to 2", append(TestBatches.of(7, 0, Integer.MAX_VALUE - 1, "a", "b", "c")));
    assertEquals("appended 3 to 3", append(TestBatches.of(7, 0, 1, "d")));
    append(TestBatches.of(8, 0, Integer.MAX_VALUE, "a"));
    assertEquals("appended 5 to 5", append(TestBatches.of(8, 0, 0, "b")));
  }

  @Test
  public void idleProducersAreForgotten() throws Exception {
    append(TestBatches.of(7, 3, 0, "a"));
    append(TestBatches.of(8, 0, 0, true, "a"));
    log.expireProducers(NOW + 86_400_000L, 86_400_000);
    assertEquals("appended 2 to 2", append(TestBatches.of(7, 1, 5, "b")));
    assertEquals(
        "not while a transaction is open",
        "OUT_OF_ORDER_SEQUENCE_NUMBER",
        append(TestBatches.of(8, 0, 5, true, "b")));
  }

  @Test
  public void theStableOffsetWaitsForTheMarkerToBeCommitted() throws Exception {
    append(TestBatches.plain(NOW, "before"));
    append(TestBatches.of(7, 0, 0, true, "a"));
    append(TestBatches.of(8, 0, 0, true, "b"));
    assertEquals("INVALID_TXN_STATE", append(TestBatches.of(7, 0, 1, false, "c")));
    assertEquals(1, log.lastStableOffset(3));
    assertEquals("appended 3 to 3", mark(7, false, 2));
    assertEquals("its marker is not below the high watermark", 1, log.lastStableOffset(3));
    assertEquals(2, log.lastStableOffset(4));
    assertEquals("TRANSACTION_COORDINATOR_FENCED", mark(7, true, 1));
    assertEquals("appended 4 to 4", mark(8, true, 2));
    assertEquals(5, log.lastStableOffset(5));
    log.writeStaged();
    List<LogView.AbortedTransaction> aborted = List.of(new LogView.AbortedTransaction(7, 1, 3));
    assertEquals(aborted, log.view().abortedTransactions(0, 5));
    assertEquals(List.of(), log.view().abortedTransactions(4, 5));
    assertEquals(List.of(), log.view().abortedTransactions(0, 1));
  }

  @Test
  public void openTransactionsAndAbortedOnesComeBackAfterACrash() throws Exception {
    append(TestBatches.of(7, 0, 0, true, "a"));
    mark(7, false, 0);
    append(TestBatches.of(8, 0, 0, true, "b"));
    log.writeStaged();
    log.closeWithoutFlush();
    log = open(new PartitionLog.OpenOptions(0, 0, 0, false, 86_400_000));
    assertEquals(2, log.lastStableOffset(3));
    assertEquals(1, log.view().abortedTransactions(0, 3).size());
    mark(8, false, 0);
    log.close();
    log = open(PartitionLog.OpenOptions.NEW);
    assertEquals(4, log.lastStableOffset(4));
    assertEquals(2, log.view().abortedTransactions(0, 4).size());
  }
}
