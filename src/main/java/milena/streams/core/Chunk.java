package milena.streams.core;

import java.nio.ByteBuffer;
import java.util.List;
import milena.log.LogView.AbortedTransaction;
import org.apache.kafka.common.TopicPartition;

/**
 * Whole batches of a partition, as its leader sent them.
 *
 * @param fromOffset records before it are not to be delivered: the first batch may begin earlier
 * @param aborted transactions whose records are not to be delivered
 */
public record Chunk(
    TopicPartition partition,
    long fromOffset,
    ByteBuffer records,
    List<AbortedTransaction> aborted) {}
