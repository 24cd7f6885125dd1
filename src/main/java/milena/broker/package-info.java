/** The actors: thin shells around the pure cores of the floors below. */
package milena.broker;
