/**
 * Akka Streams for programs inside the cluster: what they are called, and what they are given. The
 * sources and sinks themselves are in {@code milena.streams.javadsl}.
 *
 * <p>Names and shapes are Alpakka Kafka's, so that a program moves over by its imports and its
 * settings: {@code akka.kafka} becomes {@code milena.streams}, and the settings are made from
 * {@link milena.streams.Brokers} instead of an actor system and bootstrap servers.
 *
 * <p>{@code core} holds the decisions as plain objects, {@code engine} the stages and the actor
 * around them, {@code link} the way to the brokers.
 */
package milena.streams;
