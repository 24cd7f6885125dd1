/** Values that every other package speaks in. */
package milena.common;
