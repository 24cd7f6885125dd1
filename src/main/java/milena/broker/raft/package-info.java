/**
 * The replicated log of metadata. {@link milena.broker.raft.MetadataLog} is what others see: append
 * events, hear of images and of leadership. Behind it stands Apache Ratis, whose state machine
 * ({@link milena.broker.raft.MetadataStateMachine}) keeps this node's {@link
 * milena.metadata.ClusterImage} and whose messages to other voters travel through Akka ({@link
 * milena.broker.raft.RaftRpc}, {@link milena.broker.raft.RaftEndpoint}): Raft listens on no port of
 * its own.
 *
 * <p>The controller persists through Akka Persistence: {@link milena.broker.raft.RaftJournal}
 * appends what it persists, and {@link milena.broker.raft.ImageSnapshots} hands it the node's own
 * image as the snapshot to recover from, so that a new controller starts without replaying
 * anything.
 */
package milena.broker.raft;
