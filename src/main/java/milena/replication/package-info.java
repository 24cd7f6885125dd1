/**
 * What decides how far a partition is replicated, as plain single-threaded objects: {@link
 * milena.replication.LeaderState} moves the high watermark and asks for changes of the {@link
 * milena.replication.InSyncReplicas} that it waits for, {@link milena.replication.FollowerState}
 * says what a follower does with its leader's answers, {@link milena.replication.DeferredUntil}
 * keeps what waits for it. They know no clock, no disk and no network: positions and times come in
 * as arguments, and what is to be done comes back as a value.
 */
package milena.replication;
