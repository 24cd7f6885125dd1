/**
 * Kafka's record batches (format version 2) as bytes.
 *
 * <p>A batch travels from a producer's socket to the segment file and on to a consumer's socket
 * without ever becoming objects: {@link milena.record.RecordBatch} is a window on its header, which
 * reads fields where they lie and writes the two that a leader assigns, both outside of the
 * checksum. {@link milena.record.RecordBatches} steps through the whole batches of a buffer. {@link
 * milena.record.BatchValidator} is what a leader checks before it appends. Where records themselves
 * are wanted (coordinators, compaction, look-ups by time), {@link milena.record.RecordCursor} steps
 * through them, and {@link milena.record.BatchBuilder} makes new batches.
 *
 * <p>All classes here belong to one thread at a time.
 */
package milena.record;
