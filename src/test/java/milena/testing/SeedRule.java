package milena.testing;

import java.util.Random;
import org.junit.rules.TestWatcher;
import org.junit.runner.Description;

/**
 * Gives a test its randomness from one seed: {@code -Dseed=} or a fresh one, which a failure prints
 * together with the command that repeats it.
 *
 * <pre>{@code
 * @Rule public final SeedRule seeds = new SeedRule();
 * }</pre>
 */
public final class SeedRule extends TestWatcher {
  private final long seed;

  public SeedRule() {
    String given = System.getProperty("seed");
    this.seed = given == null ? System.nanoTime() : Long.decode(given);
  }

  public long seed() {
    return seed;
  }

  /** A generator that starts from the seed, the same for each call. */
  public Random random() {
    return new Random(seed);
  }

  @Override
  protected void failed(Throwable failure, Description test) {
    System.err.printf(
        "%s failed with seed %d; repeat with: mvn test -Dtest=%s#%s -Dseed=%d%n",
        test.getDisplayName(),
        seed,
        test.getTestClass().getSimpleName(),
        test.getMethodName(),
        seed);
  }
}
