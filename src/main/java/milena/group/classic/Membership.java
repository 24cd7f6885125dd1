package milena.group.classic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import milena.group.message.GroupRequest.Protocol;
import org.apache.kafka.common.protocol.Errors;

/**
 * Who is in the group: its members in the order they came, which of them are static and which one
 * leads; and what they can agree upon.
 */
final class Membership<A> {
  private final Map<String, Member<A>> byId = new LinkedHashMap<>();
  private final Map<String, String> idByInstance = new HashMap<>();
  private String leader;

  int size() {
    return byId.size();
  }

  boolean isEmpty() {
    return byId.isEmpty();
  }

  Collection<Member<A>> all() {
    return byId.values();
  }

  /** A copy that may be walked while members are removed. */
  List<Member<A>> snapshot() {
    return new ArrayList<>(byId.values());
  }

  Member<A> find(String id) {
    return byId.get(id);
  }

  boolean has(String id) {
    return byId.containsKey(id);
  }

  /** The id of the static member with this instance id, or null. */
  String idOf(String instanceId) {
    return idByInstance.get(instanceId);
  }

  /** The leader's id; null while there is none. */
  String leader() {
    return leader;
  }

  boolean isLeader(String id) {
    return id.equals(leader);
  }

  void lead(String id) {
    leader = id;
  }

  void add(Member<A> member) {
    if (member.isStatic() && idByInstance.putIfAbsent(member.instanceId(), member.id()) != null) {
      throw new IllegalStateException(member.instanceId() + " is a member already");
    }
    if (byId.putIfAbsent(member.id(), member) != null) {
      throw new IllegalStateException(member.id() + " is a member already");
    }
    if (leader == null) {
      leader = member.id();
    }
  }

  /** Removes the member if there is one; another leads if it led. */
  Member<A> remove(String id) {
    Member<A> removed = byId.remove(id);
    if (removed != null && removed.isStatic()) {
      idByInstance.remove(removed.instanceId(), id);
    }
    if (id.equals(leader)) {
      leader = isEmpty() ? null : byId.keySet().iterator().next();
    }
    return removed;
  }

  /** Puts a static member's new incarnation in its place. */
  Member<A> replace(String oldId, String newId) {
    Member<A> reborn = byId.remove(oldId).reborn(newId);
    byId.put(newId, reborn);
    idByInstance.put(reborn.instanceId(), newId);
    if (oldId.equals(leader)) {
      leader = newId;
    }
    return reborn;
  }

  /** Leaves only these. */
  void retain(Set<String> ids) {
    for (Member<A> member : snapshot()) {
      if (!ids.contains(member.id())) {
        remove(member.id());
      }
    }
  }

  /**
   * Whether a request comes from a member: UNKNOWN_MEMBER_ID if it does not, FENCED_INSTANCE_ID if
   * another incarnation has taken the instance over.
   */
  Errors check(String id, String instanceId) {
    if (instanceId != null) {
      String known = idByInstance.get(instanceId);
      if (known == null) {
        return Errors.UNKNOWN_MEMBER_ID;
      }
      if (!known.equals(id)) {
        return Errors.FENCED_INSTANCE_ID;
      }
    }
    return byId.containsKey(id) ? Errors.NONE : Errors.UNKNOWN_MEMBER_ID;
  }

  int joiningCount() {
    int count = 0;
    for (Member<A> member : byId.values()) {
      if (member.joining != null) {
        count++;
      }
    }
    return count;
  }

  boolean allJoining() {
    return joiningCount() == byId.size();
  }

  /**
   * Makes a member that has joined the leader, unless the present one has.
   *
   * @return false when no member has joined
   */
  boolean electJoinedLeader() {
    if (leader == null) {
      return false;
    }
    if (byId.get(leader).joining != null) {
      return true;
    }
    for (Member<A> member : byId.values()) {
      if (member.joining != null) {
        leader = member.id();
        return true;
      }
    }
    return false;
  }

  /** The longest time that any member wants for its rejoin. */
  int rebalanceTimeoutMs() {
    return byId.values().stream().mapToInt(Member::rebalanceTimeoutMs).max().orElse(0);
  }

  /** Whether all members support at least one of these. */
  boolean canAgreeOn(List<Protocol> protocols) {
    return protocols.stream()
        .anyMatch(p -> byId.values().stream().allMatch(m -> m.supports(p.name())));
  }

  /** The protocol that most members like best among those that all support. */
  String elect() {
    Set<String> candidates = new LinkedHashSet<>();
    for (Protocol protocol : byId.values().iterator().next().protocols()) {
      if (byId.values().stream().allMatch(m -> m.supports(protocol.name()))) {
        candidates.add(protocol.name());
      }
    }
    Map<String, Integer> votes = new LinkedHashMap<>();
    for (Member<A> member : byId.values()) {
      votes.merge(member.vote(candidates), 1, Integer::sum);
    }
    String elected = null;
    for (Map.Entry<String, Integer> entry : votes.entrySet()) {
      if (elected == null || entry.getValue() > votes.get(elected)) {
        elected = entry.getKey();
      }
    }
    return elected;
  }
}
