/**
 * The coordinators: actors that own a group each, and the journal they persist to.
 *
 * <p>A group belongs to one partition of {@code __consumer_offsets}, and lives where that partition
 * leads. {@link milena.broker.coordinator.GroupHost}, one per node, follows the cluster image: when
 * a partition comes to lead here it is scanned once to its end, and what the scan finds is started
 * as one {@link milena.broker.coordinator.GroupCoordinator} for each group, which recovers through
 * {@link milena.broker.coordinator.PartitionJournal} from the scan's index and later appends its
 * events to the very same partition. When the partition leads elsewhere they all stop.
 *
 * <p>Handlers speak to groups through the {@link milena.broker.coordinator.GroupRegistry}, on any
 * thread: it knows which partitions are served here and, for each group, the {@link
 * milena.broker.coordinator.GroupHandle} that holds what was asked and is not answered. So nobody
 * waits for ever for an actor that has stopped.
 */
package milena.broker.coordinator;
