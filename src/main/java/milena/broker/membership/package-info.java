/**
 * A node's place in the actor cluster, which follows the controller's decisions: {@link
 * milena.broker.membership.ClusterMember} announces this run of the node and joins where the
 * metadata says, {@link milena.broker.membership.CommittedDowning} strikes off those whose death is
 * committed. Akka's own view of who is reachable decides nothing.
 */
package milena.broker.membership;
