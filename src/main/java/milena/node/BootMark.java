package milena.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells a crash of the process from one of the operating system: a log directory keeps the name of
 * the boot under which it was last used. What a process wrote before it died is still there as long
 * as the system under it lives on, flushed or not.
 */
final class BootMark {
  private static final Path THIS_BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final String FILE = "milena.boot";

  private BootMark() {}

  /**
   * Notes this boot in the directory; whether it was noted already. Where a system does not name
   * its boots, each counts as another one.
   */
  static boolean replace(Path directory) throws IOException {
    String now = Files.isReadable(THIS_BOOT) ? Files.readString(THIS_BOOT).strip() : "";
    Path file = directory.resolve(FILE);
    String before = Files.isReadable(file) ? Files.readString(file).strip() : "";
    if (!now.equals(before)) {
      Files.writeString(file, now + "\n");
    }
    return !now.isEmpty() && now.equals(before);
  }
}
