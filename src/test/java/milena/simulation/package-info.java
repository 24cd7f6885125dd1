/**
 * A cluster on one thread, from one seed: the real decisions and states of {@code milena.metadata}
 * and {@code milena.replication} on a network that loses and delays, over disks that forget, with
 * every invariant checked after every event. A world that goes wrong names its seed; {@code mvn
 * -Psimulate -Dseeds=1 -Dseed=<it> -Dsimulation.trace=true} tells its story.
 */
package milena.simulation;
