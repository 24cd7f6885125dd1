/**
 * One small class per API of Kafka's protocol. A handler declares the versions it serves and
 * translates a request into reads of the cluster image or of published partition views, or into
 * messages to actors, and their answers into the response.
 *
 * <p>Handlers know nothing of frames and sockets, run on the connection's event loop and never
 * block it. Whatever a failed stage carries becomes the API's own error response, by Kafka's
 * mapping of exceptions to codes, so a handler may simply fail with an {@link
 * org.apache.kafka.common.errors.ApiException}.
 */
package milena.kafka.api;
