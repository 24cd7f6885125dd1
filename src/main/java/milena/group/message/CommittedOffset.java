package milena.group.message;

import org.apache.kafka.common.Uuid;

/**
 * Where a group will go on in a partition.
 *
 * @param leaderEpoch of the last record read, -1 when unknown
 * @param expireTimestampMs when the committer wanted it forgotten, {@link #NEVER} when it did not
 *     say
 * @param topicId {@link Uuid#ZERO_UUID} when the committer only knew the topic's name
 */
public record CommittedOffset(
    long offset,
    int leaderEpoch,
    String metadata,
    long commitTimestampMs,
    long expireTimestampMs,
    Uuid topicId) {
  public static final long NEVER = -1;
}
