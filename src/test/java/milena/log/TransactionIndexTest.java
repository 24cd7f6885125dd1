package milena.log;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

public class TransactionIndexTest extends JUnitSuite {
  private static final TransactionIndex.Entry FIRST = new TransactionIndex.Entry(7, 0, 10, 11);
  private static final TransactionIndex.Entry SECOND = new TransactionIndex.Entry(7, 12, 20, 21);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path path;

  @Before
  public void setUp() {
    path = folder.getRoot().toPath().resolve("0.txnindex");
  }

  private TransactionIndex onDisk() {
    return new TransactionIndex(path, true);
  }

  @Test
  public void whatWasAppendedIsFoundAgain() throws Exception {
    new TransactionIndex(path, false).append(FIRST);
    onDisk().append(SECOND);
    assertEquals(List.of(FIRST, SECOND), onDisk().entries());
  }

  @Test
  public void anEntryTakesThePlaceOfOneThatACrashHasTorn() throws Exception {
    new TransactionIndex(path, false).append(FIRST);
    Files.write(path, new byte[TransactionIndex.ENTRY_SIZE - 1], StandardOpenOption.APPEND);
    onDisk().append(SECOND);
    assertEquals(List.of(FIRST, SECOND), onDisk().entries());
  }

  @Test
  public void theFirstEntryTakesThePlaceOfAFileThatAnErasedSegmentHasLeft() throws Exception {
    new TransactionIndex(path, false).append(FIRST);
    new TransactionIndex(path, false).append(SECOND);
    assertEquals(List.of(SECOND), onDisk().entries());
  }

  @Test
  public void whatIsCutOffIsGoneAndNoEntriesAreNoFile() throws Exception {
    TransactionIndex index = new TransactionIndex(path, false);
    index.append(FIRST);
    index.append(SECOND);
    index.truncateTo(20);
    assertEquals(List.of(FIRST), onDisk().entries());
    onDisk().truncateTo(10);
    assertFalse("the file is still there", Files.exists(path));
  }
}
