/**
 * Partition replicas: one {@link milena.broker.partition.PartitionReplica} actor for each, the only
 * writer of its log and of its replication state.
 *
 * <p>An append travels like this: the actor validates the batches, stages them in the log and goes
 * on to the next message; a {@code Write} that it has sent itself then finds all that has gathered
 * staged, writes it at once, moves the high watermark, publishes a {@link
 * milena.broker.partition.PartitionView} and answers. Everybody else reads views, found in the
 * {@link milena.broker.partition.PartitionRegistry}, without a message. The appends of one leader
 * epoch are {@link milena.broker.partition.Leadership}'s; what else the replica is and shows is
 * {@code LocalReplica}'s; the actor around them takes the messages and keeps the times.
 *
 * <p>{@link milena.broker.partition.ReplicaReconciler}, one per node, makes the node's replicas
 * what the newest image of the cluster says: it starts, tells and deletes them, assigns log
 * directories, and stops them all in the end. {@link milena.broker.partition.ReplicaUpkeep} ticks
 * for all replicas of the node, so that an idle one costs nothing, and writes the checkpoints. A
 * {@link milena.broker.partition.ReplicaDirectory} is a log directory as its replicas share it; an
 * I/O error in one takes it and them offline, and nothing else.
 */
package milena.broker.partition;
