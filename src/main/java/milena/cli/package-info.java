/** The command line: runs nodes in a process of their own. */
package milena.cli;
