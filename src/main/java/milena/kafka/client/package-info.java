/**
 * The node as a client of other brokers: {@link milena.kafka.client.BrokerLinks} carries the
 * fetches of its followers over the inter-broker listener.
 */
package milena.kafka.client;
