package milena.it;

import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Programs that these tests need but the build can't bring: they come from the system. */
final class Installed {
  /** Where the project is judged, everything must be tried: an absent program is a failure. */
  private static final boolean REQUIRED = "true".equals(System.getenv("CI"));

  private Installed() {}

  /**
   * Skips the test class with a message where the program is absent, or fails it where the
   * environment says {@code CI=true}.
   */
  static void require(String program, String... probe) {
    boolean present = isPresent(program, probe);
    String message =
        "%s is not installed: its tests say nothing here (Debian: apt-get install %s)."
            .formatted(program, program);
    if (REQUIRED && !present) {
      throw new AssertionError(message);
    }
    assumeTrue(message, present);
  }

  private static boolean isPresent(String program, String... probe) {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(probe));
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
