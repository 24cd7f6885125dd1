/**
 * Clusters of real processes under stock clients and faults. {@link milena.chaos.ChaosRun} starts
 * the nodes, lets producers and consumer groups work, breaks things by a seed, and shows {@link
 * milena.chaos.History} everything the clients were told; what that finds is what went wrong.
 *
 * <p>A minute of it belongs to the build ({@code ChaosIT}); {@code mvn -Pchaos verify} runs it for
 * as long as wanted. Where the system lets it (Linux, root, iproute2), each node is in a network
 * namespace of its own, whose links are cut and slowed, and the disk of each is a small one that is
 * filled.
 */
package milena.chaos;
