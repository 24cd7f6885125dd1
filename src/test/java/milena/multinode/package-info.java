/**
 * Tests with a JVM per node, on Akka's multi-node testkit: {@link milena.multinode.Launcher} starts
 * the JVMs, {@link milena.multinode.Participant} is what runs in each, and the first of them, the
 * role {@code client}, is a program outside that conducts the others.
 */
package milena.multinode;
