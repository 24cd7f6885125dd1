/**
 * The decisions behind the streams, as plain objects: where a partition's reading stands ({@link
 * milena.streams.core.FetchPosition}), what of what was read is delivered ({@link
 * milena.streams.core.ChunkReader}), which batches of a producer are under way ({@link
 * milena.streams.core.ProducerWindow}), which offsets wait to be committed ({@link
 * milena.streams.core.PendingCommits}), and how one gets along as a member of a group ({@link
 * milena.streams.core.GroupMember}). No Akka, no clock, no thread.
 */
package milena.streams.core;
