/**
 * What a cluster agrees upon, as values: {@link milena.metadata.MetadataEvent} is a committed fact,
 * {@link milena.metadata.ClusterImage} all facts up to one of them. The controller's decisions are
 * pure functions here: they look at an image and return events and a reply, and change nothing.
 */
package milena.metadata;
