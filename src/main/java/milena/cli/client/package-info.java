/**
 * The commands that work with a cluster from outside: topics, records, groups, settings, the
 * cluster's health, moving replicas, segment files, measuring.
 *
 * <p>They speak Kafka's protocol through the stock client, so they work with any broker that does.
 * A command is a {@link milena.cli.client.ClientCommand}: it gathers an answer and hands it over
 * once, as {@link milena.cli.client.Rows} or a map, which is then shown as a table for people or
 * with {@code --json} for programs. What needs thought is in plain objects without a client: {@link
 * milena.cli.client.StartingPoint} (where to read from), {@link milena.cli.client.OffsetReset}
 * (where a group is set to), {@link milena.cli.client.ReassignmentPlan} (which replica goes where),
 * {@link milena.cli.client.RecordFormat} (how a record looks), {@link
 * milena.cli.client.SegmentCheck} (whether a segment's files are sound).
 *
 * <p>Answers go to standard output, what happens on the way (progress, complaints) to standard
 * error. Exit codes: 0 done, 1 it could not be done or something is not well, 2 a mistake in the
 * command line.
 */
package milena.cli.client;
