/**
 * Brokers for the tests of programs that use Kafka, inside the test's JVM: a cluster whose nodes
 * can be stopped, killed, started, paused and cut off ({@link milena.testkit.MilenaCluster}), a
 * single broker that leaves nothing behind ({@link milena.testkit.DisposableBroker}), and the
 * latter as a JUnit 4 rule ({@link milena.testkit.junit4.MilenaRule}) and a JUnit 5 extension
 * ({@link milena.testkit.junit5.MilenaTest}).
 */
package milena.testkit;
