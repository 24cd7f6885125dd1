package milena.kafka.api;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import milena.broker.partition.FilePartition;
import milena.kafka.api.ReadAhead.Piece;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class ReadAheadTest extends JUnitSuite {
  private static final int BYTES = 1 << 20;
  private static final long NOW = 5;

  private final LocalTopics topics = new LocalTopics();
  private final Queue<Runnable> disk = new ArrayDeque<>();
  private final ReadAhead ahead = new ReadAhead(disk::add);
  private FilePartition partition;
  private final ReadAhead.Waiter reader = () -> tell();
  private int told;

  @Before
  public void hostAPartition() {
    topics.topic("t", 1);
    partition = topics.host("t", 0);
    for (int i = 0; i < 4; i++) {
      partition.append("a");
    }
  }

  @After
  public void nothingStaysOpen() {
    assertEquals(0, partition.openSlices.get());
    topics.close();
  }

  @Test
  public void whoAsksIsToldOnceThePieceIsThere() {
    assertFalse(isThere(0));
    assertEquals(0, told);
    readFromDisk();
    assertEquals(1, told);
    assertTrue(isThere(0));
  }

  @Test
  public void twoReadersOfOnePlaceWaitForOneRead() {
    ReadAhead.Waiter other = () -> told += 10;
    assertFalse(isThere(0));
    assertFalse(isThere(0));
    assertFalse(ahead.isThere(piece(0), other, NOW));
    assertEquals(1, disk.size());
    readFromDisk();
    assertEquals(11, told);
  }

  @Test
  public void whatManyWaitedForIsReadOnceForAllOfThem() {
    ReadAhead.Waiter other = () -> told += 10;
    isThere(0);
    ahead.isThere(piece(0), other, NOW);
    readFromDisk();
    assertTrue(isThere(0));
    ahead.given(piece(0));
    assertTrue(ahead.isThere(piece(0), other, NOW));
    ahead.given(piece(0));
    assertEquals(0, disk.size());
    assertFalse("given to both, it is forgotten", isThere(0));
    readFromDisk();
  }

  @Test
  public void whatIsGivenIsForgottenAndTheNextIsRead() {
    isThere(0);
    readFromDisk();
    ahead.given(piece(0), piece(1), NOW);
    readFromDisk();
    assertTrue(isThere(1));
    assertFalse(isThere(0));
    ahead.given(piece(1));
    assertFalse(isThere(1));
  }

  @Test
  public void whatSomebodyWaitsForIsNotForgotten() {
    isThere(0);
    ahead.given(piece(0));
    readFromDisk();
    assertEquals(1, told);
  }

  @Test
  public void whatWasReadLongAgoIsReadAgain() {
    isThere(0);
    readFromDisk();
    assertTrue(isThere(piece(0), NOW + ReadAhead.KEPT_NANOS - 1));
    assertFalse(isThere(piece(0), NOW + ReadAhead.KEPT_NANOS));
  }

  @Test
  public void atTheBoundOfBytesNothingIsReadAheadUntilPiecesAreGiven() {
    int most = (int) (ReadAhead.AHEAD_BYTES_MAX / BYTES);
    for (int i = 0; i < most; i++) {
      assertFalse(isThere(i));
    }
    readFromDisk();
    ahead.given(piece(9999), piece(most), NOW);
    assertEquals(0, disk.size());
    assertFalse(isThere(most));
    ahead.given(piece(0));
    ahead.given(piece(1), piece(most + 1), NOW);
    assertEquals(2, disk.size());
  }

  @Test
  public void whatNobodyCameForMakesRoom() {
    int most = (int) (ReadAhead.AHEAD_BYTES_MAX / BYTES);
    for (int i = 0; i < most; i++) {
      isThere(i);
    }
    readFromDisk();
    ahead.given(piece(9999), piece(most), NOW + ReadAhead.KEPT_NANOS);
    assertEquals(1, disk.size());
  }

  @Test
  public void atTheBoundOfPiecesRecordsAreSentFromWhereTheyAre() {
    for (int i = 0; i < ReadAhead.PIECES_MAX; i++) {
      assertFalse(isThere(i));
    }
    assertTrue(isThere(ReadAhead.PIECES_MAX));
    assertFalse(isThere(0));
    assertEquals(ReadAhead.PIECES_MAX, disk.size());
  }

  @Test
  public void whatCannotBeReadKeepsNobodyWaiting() {
    partition.startsAt(2);
    isThere(0);
    readFromDisk();
    assertEquals(1, told);
    ReadAhead ended =
        new ReadAhead(
            task -> {
              throw new RejectedExecutionException();
            });
    assertTrue(ended.isThere(piece(0), () -> told++, NOW));
  }

  private boolean isThere(long offset) {
    return isThere(piece(offset), NOW);
  }

  private boolean isThere(Piece piece, long nowNanos) {
    return ahead.isThere(piece, reader, nowNanos);
  }

  private void tell() {
    told++;
  }

  private Piece piece(long offset) {
    return new Piece(partition.view(), offset, partition.view().log().logEndOffset(), BYTES);
  }

  private void readFromDisk() {
    Runnable next;
    while ((next = disk.poll()) != null) {
      next.run();
    }
  }
}
