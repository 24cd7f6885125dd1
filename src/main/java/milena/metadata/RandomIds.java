package milena.metadata;

import java.util.random.RandomGenerator;
import org.apache.kafka.common.Uuid;

/** Ids of Kafka's kind out of a given source of randomness. */
public final class RandomIds {
  private static final long VERSION_MASK = 0xFFFFFFFFFFFF0FFFL;
  private static final long VERSION_4 = 0x4000L;
  private static final long VARIANT_MASK = 0x3FFFFFFFFFFFFFFFL;
  private static final long VARIANT_IETF = 0x8000000000000000L;

  private RandomIds() {}

  /**
   * A version 4 UUID that is none of the reserved ones and whose text does not begin with a dash,
   * which command lines would take for an option.
   */
  public static Uuid next(RandomGenerator random) {
    while (true) {
      Uuid id =
          new Uuid(
              (random.nextLong() & VERSION_MASK) | VERSION_4,
              (random.nextLong() & VARIANT_MASK) | VARIANT_IETF);
      if (!id.toString().startsWith("-")) {
        return id;
      }
    }
  }
}
