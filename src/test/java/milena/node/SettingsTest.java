package milena.node;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.Assert;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Where settings come from, and which one wins. */
public class SettingsTest extends JUnitSuite {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void readsKafkasPropertiesUnchanged() throws Exception {
    Path file =
        write("server.properties", "# one\nnode.id=7\nlisteners=PLAINTEXT://:9092\nlog.dirs=/a,/b");
    Settings settings = Settings.read(file, Map.of());
    assertEquals(
        Map.of("node.id", "7", "listeners", "PLAINTEXT://:9092", "log.dirs", "/a,/b"),
        settings.broker());
  }

  @Test
  public void readsHoconNestedOrFlatWithLists() throws Exception {
    Path file =
        write(
            "node.conf",
            "milena { broker { node.id = 7, \"log.retention.ms\" = 60000\n"
                + "log { dirs = [/a, /b], segment.bytes = 1048576 } }\n remote.port = 5 }");
    Settings settings = Settings.read(file, Map.of());
    assertEquals("7", settings.broker().get("node.id"));
    assertEquals("60000", settings.broker().get("log.retention.ms"));
    assertEquals("/a,/b", settings.broker().get("log.dirs"));
    assertEquals("1048576", settings.broker().get("log.segment.bytes"));
    assertEquals(5, settings.config().getInt("milena.remote.port"));
  }

  @Test
  public void overridesAreStrongerThanTheFileAndReachMilenasOwnSettings() throws Exception {
    Path file = write("server.properties", "node.id=7\nnum.partitions=2");
    Settings settings =
        Settings.read(file, Map.of("num.partitions", "3", "milena.remote.port", "1234"));
    assertEquals("3", settings.broker().get("num.partitions"));
    assertEquals("7", settings.broker().get("node.id"));
    assertEquals(1234, settings.config().getInt("milena.remote.port"));
  }

  @Test
  public void anUnreadableFileIsOneClearLine() throws Exception {
    CannotStart missing =
        Assert.assertThrows(
            CannotStart.class, () -> Settings.read(Path.of("/nowhere/x.properties"), Map.of()));
    assertEquals(
        "The configuration file /nowhere/x.properties can't be read.", missing.getMessage());
    Path broken = write("broken.conf", "milena { broker { ");
    CannotStart unparsed =
        Assert.assertThrows(CannotStart.class, () -> Settings.read(broken, Map.of()));
    assertTrue(unparsed.getMessage(), unparsed.getMessage().contains("broken.conf"));
    assertTrue(unparsed.getMessage(), !unparsed.getMessage().contains("\n"));
  }

  private Path write(String name, String text) throws Exception {
    return Files.writeString(folder.getRoot().toPath().resolve(name), text);
  }
}
