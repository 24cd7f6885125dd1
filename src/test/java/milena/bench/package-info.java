/**
 * JMH benchmarks of the hot paths, compiled with the tests and run on demand: {@code
 * bench/micro.sh}.
 */
package milena.bench;
