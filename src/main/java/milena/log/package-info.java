/**
 * One partition's log on disk, in Apache Kafka's layout and file formats.
 *
 * <p>{@link milena.log.PartitionLog} is a log's single writer: it checks producers' sequences,
 * assigns offsets, stages batches and writes all that is staged with one gathering write. What it
 * has written, readers see through immutable {@link milena.log.LogView}s. Below it, a segment is a
 * file of batches with sparse indexes by offset, by time and of aborted transactions; beside the
 * segments stand the producers' states and the history of leader epochs. Retention and compaction
 * are plans made from what is there, carried out apart. {@link milena.log.LogDirectory} is the
 * directory that holds the logs, with its identity, its lock and its checkpoints.
 *
 * <p>Everything here blocks, nothing starts a thread or reads a clock: time comes in as an
 * argument.
 */
package milena.log;
