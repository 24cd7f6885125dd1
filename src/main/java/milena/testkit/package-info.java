/**
 * Whole clusters inside one JVM, for the tests of programs that use Kafka: {@link
 * milena.testkit.MilenaCluster}.
 */
package milena.testkit;
