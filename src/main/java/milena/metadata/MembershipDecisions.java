package milena.metadata;

import java.util.Comparator;
import java.util.Optional;
import milena.common.Outcome;

/**
 * Decides which runs of nodes form the actor cluster, and who begins it.
 *
 * <pre>
 *               announced                  is a member
 *   (unknown) ------------> present ------------------------> present, joined
 *                              |                                    |
 *                              +---- found dead, says goodbye, -----+---> gone, for ever
 *                                    its node runs anew
 * </pre>
 *
 * The seed is named among the present when there is neither a member nor a seed among them. As a
 * run becomes a member only through a member or as the seed, no second cluster can begin while one
 * of the first may live.
 */
public final class MembershipDecisions {

  private MembershipDecisions() {}

  /**
   * A node says which run it is in.
   *
   * @param node with {@code joined} when it knows that it is a member
   */
  public static Decision<Outcome> announce(ClusterImage image, MemberNode node) {
    if (image.membership().isGone(node.uid())) {
      return Decision.reply(Outcome.SUCCESS);
    }
    Draft draft = new Draft(image);
    MemberNode known = image.membership().nodes().get(node.id());
    boolean knownAsMember = known != null && known.uid() == node.uid() && known.joined();
    MemberNode now = knownAsMember ? node.asJoined() : node;
    if (!now.equals(known)) {
      draft.add(new MemberEvent.NodePresent(now));
    }
    nameSeed(draft);
    return draft.decide(Outcome.SUCCESS);
  }

  /** A run has ended: it was found dead, or said goodbye. */
  public static Decision<Outcome> gone(ClusterImage image, int nodeId, long uid) {
    Draft draft = new Draft(image);
    if (image.membership().isPresent(nodeId, uid)) {
      draft.add(new MemberEvent.NodeGone(nodeId, uid));
      nameSeed(draft);
    }
    return draft.decide(Outcome.SUCCESS);
  }

  private static void nameSeed(Draft draft) {
    MembershipImage membership = draft.image().membership();
    if (membership.doors().isEmpty()) {
      Optional<MemberNode> first =
          membership.nodes().values().stream().min(Comparator.comparingInt(MemberNode::id));
      first.ifPresent(node -> draft.add(new MemberEvent.SeedNamed(node.uid())));
    }
  }
}
