package milena.cli;

import java.util.Optional;
import milena.node.CannotStart;

/**
 * Where a process of {@code bin/milena} begins. A plain {@code start} goes its way without picocli,
 * whose classes alone would take a tenth of it to find; all else is {@link Main}'s.
 */
public final class Launch {
  private Launch() {}

  public static void main(String[] arguments) {
    Optional<PlainArguments> plain =
        arguments.length > 0 && arguments[0].equals("start")
            ? PlainArguments.read(arguments, 1, "--config")
            : Optional.empty();
    System.exit(plain.isPresent() ? start(plain.get()) : Main.run(arguments));
  }

  private static int start(PlainArguments given) {
    try {
      return StartCommand.run(given.path("--config"), given.settings());
    } catch (CannotStart e) {
      System.err.println("milena: " + e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      return 1;
    }
  }
}
