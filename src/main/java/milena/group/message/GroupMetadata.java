package milena.group.message;

import java.util.List;

/**
 * A classic group as of its last finished rebalance.
 *
 * @param protocolType null in a group that never had a member
 * @param protocolName null in a group without members
 * @param leader null in a group without members
 * @param stateSinceMs when it became what it is; -1 when unknown
 */
public record GroupMetadata(
    String protocolType,
    int generation,
    String protocolName,
    String leader,
    long stateSinceMs,
    List<MemberMetadata> members) {

  public GroupMetadata {
    members = List.copyOf(members);
  }

  /**
   * A member of the generation.
   *
   * @param instanceId null for a dynamic member
   * @param subscription what it told the chosen assignor
   * @param assignment what the leader gave it
   */
  public record MemberMetadata(
      String memberId,
      String instanceId,
      String clientId,
      String clientHost,
      int rebalanceTimeoutMs,
      int sessionTimeoutMs,
      byte[] subscription,
      byte[] assignment) {}
}
