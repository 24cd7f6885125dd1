package milena.metadata;

import milena.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;

/** In which of its log directories a broker has its replica of a partition. */
public record AssignedReplica(TopicIdPartition id, Uuid directory) {}
