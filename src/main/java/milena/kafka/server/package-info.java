/**
 * Kafka's protocol over TCP: bytes become requests, answers become bytes.
 *
 * <p>A {@link milena.kafka.server.KafkaServer} binds the listeners and runs a few event loops. Each
 * connection lives on one of them, with one {@link milena.kafka.server.ClientConnection}: it cuts
 * the stream into frames ({@link milena.kafka.server.FrameReader}, which lets the socket be read
 * straight into the frame under way), starts requests in order, and writes the answers in the same
 * order whenever they come, from whichever thread.
 *
 * <p>Everything is bounded. A frame has a largest size; requests of all connections together have a
 * budget of bytes ({@link milena.kafka.server.RequestBudget}); a connection has a number of
 * requests under way; unsent answers have a high-water mark, file ranges counted. At each bound the
 * connection stops reading, and TCP tells the client. Bytes that make no sense cost their sender
 * the connection and us one log line, of which there are only so many a second.
 */
package milena.kafka.server;
