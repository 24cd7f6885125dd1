package milena.metadata;

/**
 * One run of one node's actor system, as the others reach it.
 *
 * @param id the node's id, which its later runs share
 * @param uid what tells this run from every other, on whatever address
 * @param joined whether it is known to have been a member of the actor cluster
 */
public record MemberNode(int id, String host, int port, long uid, boolean joined) {

  /** The same run, now a member. */
  public MemberNode asJoined() {
    return new MemberNode(id, host, port, uid, true);
  }
}
