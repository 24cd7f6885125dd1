/** Committed offsets: what a group has read, by topic and partition. */
package milena.group.offsets;
