/**
 * Groups: who shares the work, and how far it has come.
 *
 * <p>{@link milena.group.Group} is one whole group: its protocol machine ({@code classic}; the
 * newer protocols get packages beside it) and its committed offsets ({@code offsets}). {@link
 * milena.group.GroupRecords} writes its events in the formats of Kafka's {@code
 * __consumer_offsets}. All of it is deterministic and single-threaded; the actor around it is
 * {@code milena.broker.coordinator}'s.
 */
package milena.group;
