package milena.common.config;

/**
 * How fast replicas may be copied (KIP-73, KIP-113); {@code Long.MAX_VALUE} for as fast as can be.
 *
 * @param leaderBytesPerSecond what this node gives to followers of throttled replicas
 * @param followerBytesPerSecond what this node's throttled replicas fetch
 * @param moveBytesPerSecond what is copied from one log directory to another
 */
public record ThrottleConfig(
    long leaderBytesPerSecond,
    long followerBytesPerSecond,
    long moveBytesPerSecond,
    Windows ofReplication,
    Windows ofMoves) {

  /** The time that a rate is measured over. */
  public record Windows(int count, int seconds) {}

  public static ThrottleConfig of(ConfigLayers layers) {
    return new ThrottleConfig(
        layers.wide("leader.replication.throttled.rate"),
        layers.wide("follower.replication.throttled.rate"),
        layers.wide("replica.alter.log.dirs.io.max.bytes.per.second"),
        new Windows(
            layers.integer("replication.quota.window.num"),
            layers.integer("replication.quota.window.size.seconds")),
        new Windows(
            layers.integer("alter.log.dirs.replication.quota.window.num"),
            layers.integer("alter.log.dirs.replication.quota.window.size.seconds")));
  }
}
