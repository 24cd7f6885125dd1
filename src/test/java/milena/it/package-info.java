/**
 * Milena seen from outside: a node in a process of its own, used by clients that nobody here wrote.
 *
 * <p>Every test in this package talks to {@link milena.it.TestBroker}, which is Milena unless the
 * tests run with {@code -Dbroker=kafka}: then it is Apache Kafka, started the same way. A test that
 * Apache Kafka fails is a wrong test; a test that Apache Kafka passes says what Kafka's users
 * expect. Topics and groups have names of their own in each test, so that one node can serve most
 * classes; those that kill their node start their own.
 *
 * <p>With {@code -Dlong=true} (the Maven profile {@code long}) the randomised tests run at their
 * full length.
 */
package milena.it;
