/**
 * The stages behind the streams, and what runs beside them.
 *
 * <p>A source has a {@link milena.streams.engine.ConsumerSession}, an actor that finds out which
 * partitions to read and from where, is the group's member if there is a group, and commits. For
 * each partition there is a {@link milena.streams.engine.PartitionFeed}, which asks the partition's
 * leader for the next chunk while the last one is being delivered, and follows when the leader
 * changes. The stage takes chunks from the feeds when the stream asks for records.
 *
 * <p>A sink is one stage ({@link milena.streams.engine.ProducerStage}): it gathers records into
 * batches by partition and keeps a {@link milena.streams.core.ProducerWindow} for each.
 */
package milena.streams.engine;
