/**
 * What the build does to the jars that it packages. Nothing here runs in a node, and nothing here
 * imports the rest.
 */
package milena.build;
