package milena.metadata;

/** Facts about the actor cluster. */
public sealed interface MemberEvent extends MetadataEvent {

  /** A run of a node is there, or has become a member; an earlier run of the node is gone. */
  record NodePresent(MemberNode node) implements MemberEvent {
    @Override
    public ClusterImage applyTo(ClusterImage image) {
      return image.withMembership(image.membership().with(node));
    }
  }

  /** A run of a node has ended. */
  record NodeGone(int nodeId, long uid) implements MemberEvent {
    @Override
    public ClusterImage applyTo(ClusterImage image) {
      return image.withMembership(image.membership().without(nodeId, uid));
    }
  }

  /** The run that begins the actor cluster. */
  record SeedNamed(long uid) implements MemberEvent {
    @Override
    public ClusterImage applyTo(ClusterImage image) {
      return image.withMembership(image.membership().withSeed(uid));
    }
  }
}
