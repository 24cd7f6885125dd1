/**
 * The front door: Kafka's protocol over TCP. {@link milena.kafka.server} turns bytes into requests
 * and answers into bytes; {@link milena.kafka.api} holds one class per API.
 */
package milena.kafka;
