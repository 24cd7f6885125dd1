package milena.metadata;

import java.util.Collection;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * Which runs of nodes form the actor cluster. One of them, the seed, began it; the others join
 * through whoever is a member. A new seed is named only when no run that ever was a member of the
 * old cluster is left, so that there is never more than one.
 *
 * @param seedUid the run that may begin a cluster of its own, 0 when there is none
 * @param nodes the present run of each node by the node's id
 * @param gone the runs that are known to have ended, the latest last; enough of them that whoever
 *     still meets one of them knows
 */
public record MembershipImage(long seedUid, PMap<Integer, MemberNode> nodes, PVector<Long> gone) {
  public static final MembershipImage EMPTY =
      new MembershipImage(0, HashTreePMap.empty(), TreePVector.empty());

  private static final int GONE_KEPT = 256;

  /** Whether this run is the present one of its node. */
  public boolean isPresent(int nodeId, long uid) {
    MemberNode node = nodes.get(nodeId);
    return node != null && node.uid() == uid;
  }

  /** Whether this run has ended for good. */
  public boolean isGone(long uid) {
    return gone.contains(uid);
  }

  /** Those through whom a node may join: members, and the seed. */
  public Collection<MemberNode> doors() {
    return nodes.values().stream().filter(node -> node.joined() || node.uid() == seedUid).toList();
  }

  MembershipImage withSeed(long uid) {
    return new MembershipImage(uid, nodes, gone);
  }

  /** This run is its node's present one; another that was is gone. */
  MembershipImage with(MemberNode node) {
    MemberNode earlier = nodes.get(node.id());
    boolean replaces = earlier != null && earlier.uid() != node.uid();
    return new MembershipImage(
        seedUid, nodes.plus(node.id(), node), replaces ? plusGone(earlier.uid()) : gone);
  }

  MembershipImage without(int nodeId, long uid) {
    return new MembershipImage(
        seedUid, isPresent(nodeId, uid) ? nodes.minus(nodeId) : nodes, plusGone(uid));
  }

  private PVector<Long> plusGone(long uid) {
    if (gone.contains(uid)) {
      return gone;
    }
    PVector<Long> more = gone.plus(uid);
    return more.size() > GONE_KEPT ? more.minus(0) : more;
  }
}
