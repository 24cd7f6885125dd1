package milena.log;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import java.nio.file.Files;
import java.nio.file.Path;
import milena.common.OffsetAndEpoch;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

public class LeaderEpochsTest extends JUnitSuite {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private static LeaderEpochs history() {
    return LeaderEpochs.EMPTY.with(2, 0).with(4, 10).with(5, 20);
  }

  @Test
  public void anEpochEndsWhereTheNextKnownOneBegins() {
    assertEquals(new OffsetAndEpoch(10, 2), history().endOf(2, 30));
    assertEquals(new OffsetAndEpoch(10, 2), history().endOf(3, 30));
    assertEquals(new OffsetAndEpoch(20, 4), history().endOf(4, 30));
    assertEquals(new OffsetAndEpoch(30, 5), history().endOf(5, 30));
    assertEquals(new OffsetAndEpoch(-1, -1), history().endOf(6, 30));
    assertEquals(new OffsetAndEpoch(0, 1), history().endOf(1, 30));
    assertEquals(new OffsetAndEpoch(-1, -1), LeaderEpochs.EMPTY.endOf(0, 30));
  }

  @Test
  public void aRecordWasWrittenInTheEpochThatHadBegun() {
    assertEquals(2, history().epochOf(9));
    assertEquals(4, history().epochOf(10));
    assertEquals(5, history().epochOf(1000));
    assertEquals(-1, history().startingAt(15).epochOf(14));
  }

  @Test
  public void cutsMoveWithTheLog() {
    assertEquals(LeaderEpochs.EMPTY.with(2, 0).with(4, 10), history().truncatedTo(20));
    assertEquals(LeaderEpochs.EMPTY.with(4, 15).with(5, 20), history().startingAt(15));
    assertEquals(history(), history().startingAt(0));
    assertEquals(LeaderEpochs.EMPTY, history().truncatedTo(0));
  }

  @Test
  public void anEpochWithoutRecordsMakesWay() {
    assertEquals(LeaderEpochs.EMPTY.with(2, 0).with(7, 10), history().truncatedTo(11).with(7, 10));
  }

  @Test
  public void theFileIsKafkasAndGarbageReadsAsNothing() throws Exception {
    Path file = folder.getRoot().toPath().resolve(LogFiles.LEADER_EPOCHS);
    assertNull(LeaderEpochs.read(file));
    history().write(file, false);
    assertEquals("0\n3\n2 0\n4 10\n5 20\n", Files.readString(file));
    assertEquals(history(), LeaderEpochs.read(file));
    Files.writeString(file, "0\n3\n2 0\n");
    assertNull(LeaderEpochs.read(file));
    Files.write(file, new byte[] {(byte) 0xff, 0, 3});
    assertNull(LeaderEpochs.read(file));
  }
}
