/**
 * How streams and brokers talk. A program asks through a {@link milena.streams.link.BrokerLink}; a
 * broker of its own JVM answers by plain calls ({@link milena.streams.link.LocalBroker}), any other
 * through its {@link milena.streams.link.StreamGateway}, an actor that the program's {@link
 * milena.streams.link.StreamLink} finds among the members of the cluster.
 *
 * <p>Two things are asked. What Kafka's protocol has a message for (metadata, groups, offsets,
 * producer ids) is asked in that message, whose versions and meaning are settled, and is answered
 * by the handlers that serve the Kafka port. Records are asked for and given in messages of their
 * own: a read names an offset and how much room there is, a write carries one batch. Back-pressure
 * is in the reads: who has no room doesn't ask.
 *
 * <p>Members of the actor cluster are trusted, as its nodes trust each other: streams pass no
 * listener, and so no listener's authentication.
 */
package milena.streams.link;
