/**
 * The classic group protocol, in which members join, one of them assigns, and all of them rejoin
 * whenever anything changes (KIP-62, with static members by KIP-345).
 *
 * <p>{@link milena.group.classic.ClassicGroup} is the whole machine. A generation is made in two
 * phases. First the joins: each member's request is parked until all known members have come or
 * time is up; then all are answered together with the new generation, and the leader learns who is
 * in. Then the syncs: parked too, until the leader has brought the assignment and it is durable.
 * Only that assignment is ever written down; all else lives as long as the coordinator, and after a
 * move the members find the last stored generation and rejoin if theirs is another.
 */
package milena.group.classic;
