package milena.group.classic;

/**
 * The classic protocol's settings, under Kafka's names.
 *
 * @param initialRebalanceDelayMs group.initial.rebalance.delay.ms
 * @param minSessionTimeoutMs group.min.session.timeout.ms
 * @param maxSessionTimeoutMs group.max.session.timeout.ms
 * @param maxSize group.max.size
 * @param newMemberJoinTimeoutMs how long a new member's first join may be parked
 */
public record ClassicConfig(
    int initialRebalanceDelayMs,
    int minSessionTimeoutMs,
    int maxSessionTimeoutMs,
    int maxSize,
    int newMemberJoinTimeoutMs) {
  public static final ClassicConfig DEFAULTS =
      new ClassicConfig(3_000, 6_000, 1_800_000, Integer.MAX_VALUE, 300_000);
}
