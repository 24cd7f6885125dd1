package milena.streams.link;

import milena.common.TopicIdPartition;

/**
 * Asks a partition's leader for records.
 *
 * @param offset of the first record wanted
 * @param maxBytes how much the asker has room for; the first batch comes even when it is larger. No
 *     broker gives more than its {@code fetch.max.bytes} at a time, whatever is asked for
 * @param maxWaitMs how long the leader may wait for records to come
 * @param committedOnly whether records of open transactions must not be told
 */
public record ReadRequest(
    TopicIdPartition partition, long offset, int maxBytes, int maxWaitMs, boolean committedOnly) {}
