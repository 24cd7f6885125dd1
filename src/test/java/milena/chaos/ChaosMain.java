package milena.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A run by hand: {@code java -cp ... -Dchaos.minutes=60 -Dchaos.nodes=5 milena.chaos.ChaosMain}.
 * Ends with 1 when something was found.
 */
final class ChaosMain {
  private ChaosMain() {}

  public static void main(String[] arguments) throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    ChaosRun.Result result =
        ChaosRun.run(options(seed, Integer.getInteger("chaos.minutes", 10) * 60));
    System.out.println("seed " + seed + ": " + result.story());
    System.out.println("faults: " + result.faults());
    System.out.println("errors told to clients: " + result.errors());
    result.findings().forEach(System.out::println);
    System.exit(result.findings().isEmpty() ? 0 : 1);
  }

  /** What the system properties ask for. */
  static ChaosRun.Options options(long seed, int seconds) {
    int nodes = Integer.getInteger("chaos.nodes", 3);
    return new ChaosRun.Options(
        seed,
        nodes,
        Duration.ofSeconds(seconds),
        4,
        Integer.getInteger("chaos.rate", 100),
        2,
        Namespaces.possible() && !Boolean.getBoolean("chaos.loopback"),
        wanted(),
        Path.of(System.getProperty("chaos.home", "target/chaos"))
            .resolve(Long.toString(seed))
            .toAbsolutePath());
  }

  /** Those named by {@code -Dchaos.faults=KILL,PAUSE}, or all. */
  private static Set<Faults.Fault> wanted() {
    String names = System.getProperty("chaos.faults");
    return names == null
        ? EnumSet.allOf(Faults.Fault.class)
        : Arrays.stream(names.split(","))
            .map(Faults.Fault::valueOf)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Faults.Fault.class)));
  }
}
