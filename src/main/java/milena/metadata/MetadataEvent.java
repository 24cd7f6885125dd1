package milena.metadata;

/**
 * A fact that the controller has committed. Applying the same events in the same order gives every
 * node the same {@link ClusterImage}; a snapshot of an image is the shortest list of events that
 * makes it.
 */
public sealed interface MetadataEvent permits ClusterEvent, BrokerEvent, TopicEvent, MemberEvent {

  /**
   * The image with this fact in it; the event's number is {@link ClusterImage#apply}'s concern.
   *
   * @throws IllegalStateException when the image can't have been the one it was decided on
   */
  ClusterImage applyTo(ClusterImage image);
}
