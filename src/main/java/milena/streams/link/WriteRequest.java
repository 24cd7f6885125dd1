package milena.streams.link;

import java.nio.ByteBuffer;
import milena.common.TopicIdPartition;

/**
 * Gives a partition's leader a batch to append.
 *
 * @param acks 0, 1 or -1 (all), as in Produce
 * @param timeoutMs how long to wait for the replicas
 * @param batch one record batch; it is read, never changed, and must stay as it is until the answer
 */
public record WriteRequest(
    TopicIdPartition partition, short acks, int timeoutMs, ByteBuffer batch) {}
