/**
 * A node: reads its settings, takes its directories, starts an actor system of its own and builds
 * everything in it, in the order in which each part needs the one before; and takes it all down
 * again, gently or not. This is the only package that knows every other.
 */
package milena.node;
