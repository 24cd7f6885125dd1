package milena.kafka.api;

import java.net.InetAddress;

/**
 * What a handler may know of a request besides its body.
 *
 * @param connectionId unique in the node's life: fetch sessions and logs name it
 * @param listenerName the listener it came through, which decides the endpoints that answers name
 * @param clientId as the client calls itself; null when it did not say
 * @param receivedNanos {@code System.nanoTime()} when the frame was complete
 */
public record RequestContext(
    String connectionId,
    String listenerName,
    InetAddress clientAddress,
    short apiVersion,
    int correlationId,
    String clientId,
    String clientSoftwareName,
    String clientSoftwareVersion,
    long receivedNanos) {}
