package milena.broker.raft;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.ratis.util.AtomicFileOutputStream;
import org.junit.Assert;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** A voter's term and vote are replaced as a whole, or they stay. */
public class AtomicWriteTest extends JUnitSuite {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Path file;

  @Before
  public void writeTheFirst() throws IOException {
    file = folder.getRoot().toPath().resolve("vote");
    write("the first");
    assertEquals("the first", Files.readString(file));
  }

  private void write(String text) throws IOException {
    try (AtomicFileOutputStream out = new AtomicFileOutputStream(file.toFile())) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  public void aWholeOneTakesItsPlace() throws IOException {
    write("the second");
    assertEquals("the second", Files.readString(file));
    assertEquals(List.of(file), files());
  }

  @Test
  public void oneThatCouldNotBeWrittenLeavesTheFirst() throws IOException {
    Assert.assertThrows(
        IndexOutOfBoundsException.class,
        () -> {
          try (AtomicFileOutputStream out = new AtomicFileOutputStream(file.toFile())) {
            out.write('t');
            out.write(new byte[1], 0, 2);
          }
        });
    assertEquals("the first", Files.readString(file));
    assertEquals(List.of(file), files());
  }

  @Test
  public void oneThatIsGivenUpLeavesTheFirst() throws IOException {
    AtomicFileOutputStream out = new AtomicFileOutputStream(file.toFile());
    out.write('t');
    out.abort();
    out.close();
    assertTrue(out.isClosed());
    assertEquals("the first", Files.readString(file));
    assertEquals(List.of(file), files());
  }

  private List<Path> files() throws IOException {
    try (var found = Files.list(folder.getRoot().toPath())) {
      return found.toList();
    }
  }
}
