/**
 * Sources and sinks for Java: {@link milena.streams.javadsl.Consumer}, {@link
 * milena.streams.javadsl.Producer}, {@link milena.streams.javadsl.Committer}. They are called and
 * shaped as Alpakka Kafka's are.
 *
 * <pre>{@code
 * Brokers brokers = node.brokers();
 * DrainingControl<Done> running =
 *     Consumer.committableSource(
 *             ConsumerSettings.create(brokers, new StringDeserializer(), new StringDeserializer())
 *                 .withGroupId("billing"),
 *             Subscriptions.topics("orders"))
 *         .mapAsync(4, message -> bill(message.record()).thenApply(ok -> message))
 *         .map(message -> message.committableOffset())
 *         .toMat(Committer.sink(CommitterSettings.create()), Consumer::createDrainingControl)
 *         .run(system);
 * }</pre>
 */
package milena.streams.javadsl;
