package milena.group.classic;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import milena.group.message.GroupMetadata.MemberMetadata;
import milena.group.message.GroupRequest.Join;
import milena.group.message.GroupRequest.Protocol;

/**
 * A member: what it said of itself, what it was given, which of its requests is parked, and until
 * when it must be heard of again.
 *
 * @param <A> how a parked request is answered
 */
final class Member<A> {
  static final byte[] NOTHING = new byte[0];

  /** A deadline that never comes. */
  static final long NEVER = Long.MAX_VALUE;

  private final String id;
  private final String instanceId;
  private final String clientId;
  private final String clientHost;
  private int rebalanceTimeoutMs;
  private int sessionTimeoutMs;
  private List<Protocol> protocols;
  private byte[] assignment = NOTHING;

  /** Its parked join, or null. */
  A joining;

  /** Its parked sync, or null. */
  A syncing;

  /**
   * Whether it has not finished its first join yet: it does not know its id then, so it can't send
   * heartbeats, and a parked join does not excuse it from its deadline.
   */
  boolean isNew;

  long sessionDeadlineMs = NEVER;

  private Member(
      String id,
      String instanceId,
      String clientId,
      String clientHost,
      int rebalanceTimeoutMs,
      int sessionTimeoutMs,
      List<Protocol> protocols) {
    this.id = id;
    this.instanceId = instanceId;
    this.clientId = clientId;
    this.clientHost = clientHost;
    this.rebalanceTimeoutMs = rebalanceTimeoutMs;
    this.sessionTimeoutMs = sessionTimeoutMs;
    this.protocols = protocols;
  }

  static <A> Member<A> joining(String id, Join join) {
    return new Member<>(
        id,
        join.instanceId(),
        join.clientId(),
        join.clientHost(),
        join.rebalanceTimeoutMs(),
        join.sessionTimeoutMs(),
        join.protocols());
  }

  /** As it was stored, when all that is known of its protocols is what it told the chosen one. */
  static <A> Member<A> stored(MemberMetadata stored, String protocolName) {
    Member<A> member =
        new Member<>(
            stored.memberId(),
            stored.instanceId(),
            stored.clientId(),
            stored.clientHost(),
            stored.rebalanceTimeoutMs(),
            stored.sessionTimeoutMs(),
            List.of(new Protocol(protocolName, stored.subscription())));
    member.assignment = stored.assignment();
    return member;
  }

  /**
   * Whether this is the member that was stored, which may know more protocols than the stored one;
   * false while a recovery goes from one stored generation to the next.
   */
  boolean isAsStored(MemberMetadata stored, String protocolName) {
    return supports(protocolName)
        && Arrays.equals(metadata(protocolName), stored.subscription())
        && rebalanceTimeoutMs == stored.rebalanceTimeoutMs()
        && sessionTimeoutMs == stored.sessionTimeoutMs();
  }

  /** The same static member in a new incarnation. */
  Member<A> reborn(String newId) {
    Member<A> member =
        new Member<>(
            newId,
            instanceId,
            clientId,
            clientHost,
            rebalanceTimeoutMs,
            sessionTimeoutMs,
            protocols);
    member.assignment = assignment;
    return member;
  }

  void update(Join join) {
    protocols = join.protocols();
    rebalanceTimeoutMs = join.rebalanceTimeoutMs();
    sessionTimeoutMs = join.sessionTimeoutMs();
  }

  String id() {
    return id;
  }

  String instanceId() {
    return instanceId;
  }

  String clientId() {
    return clientId;
  }

  String clientHost() {
    return clientHost;
  }

  boolean isStatic() {
    return instanceId != null;
  }

  int rebalanceTimeoutMs() {
    return rebalanceTimeoutMs;
  }

  byte[] assignment() {
    return assignment;
  }

  void assign(byte[] given) {
    assignment = given;
  }

  /** Heard of: the session runs anew. */
  void extendSession(long nowMs) {
    sessionDeadlineMs = nowMs + sessionTimeoutMs;
  }

  /** Whether a parked request shows that it is alive. */
  boolean isExcusedFromHeartbeats() {
    return !isNew && (joining != null || syncing != null);
  }

  boolean supports(String protocolName) {
    return protocols.stream().anyMatch(p -> p.name().equals(protocolName));
  }

  List<Protocol> protocols() {
    return protocols;
  }

  /** What it told this assignor; nothing when it does not know it. */
  byte[] metadata(String protocolName) {
    for (Protocol protocol : protocols) {
      if (protocol.name().equals(protocolName)) {
        return protocol.metadata();
      }
    }
    return NOTHING;
  }

  /** The candidate it likes best: clients list their protocols by preference. */
  String vote(Set<String> candidates) {
    for (Protocol protocol : protocols) {
      if (candidates.contains(protocol.name())) {
        return protocol.name();
      }
    }
    throw new IllegalStateException(id + " supports none of the protocols that all support");
  }

  /** Whether a join says nothing new. */
  boolean saidTheSame(List<Protocol> said) {
    if (said.size() != protocols.size()) {
      return false;
    }
    for (int i = 0; i < said.size(); i++) {
      Protocol then = protocols.get(i);
      Protocol now = said.get(i);
      if (!then.name().equals(now.name()) || !Arrays.equals(then.metadata(), now.metadata())) {
        return false;
      }
    }
    return true;
  }

  MemberMetadata toMetadata(String protocolName, byte[] given) {
    return new MemberMetadata(
        id,
        instanceId,
        clientId,
        clientHost,
        rebalanceTimeoutMs,
        sessionTimeoutMs,
        metadata(protocolName),
        given);
  }
}
