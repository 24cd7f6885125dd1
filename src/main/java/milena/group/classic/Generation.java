package milena.group.classic;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import milena.group.message.GroupMetadata;
import milena.group.message.GroupResponse.Joined;
import milena.group.message.GroupResponse.Joined.JoinedMember;
import milena.group.message.GroupResponse.Synced;
import org.apache.kafka.common.protocol.Errors;

/**
 * What the members of a group have agreed upon last: under which number, by which protocol, and so
 * what each of them is told and what is stored of it.
 */
final class Generation<A> {
  private final Membership<A> members;
  private int number;
  private String protocolType;
  private String protocolName;
  private boolean isStored;
  private Optional<Set<String>> subscribedTopics = Optional.empty();

  Generation(Membership<A> members) {
    this.members = members;
  }

  int number() {
    return number;
  }

  /** Null in a group that never had a member. */
  String protocolType() {
    return protocolType;
  }

  /** Null while there is no member. */
  String protocolName() {
    return protocolName;
  }

  /** Whether anything of the group is stored. */
  boolean isStored() {
    return isStored;
  }

  /** Which topics the members read, where that can be known. */
  Optional<Set<String>> subscribedTopics() {
    return subscribedTopics;
  }

  /** The group's first member says what kind of group it is. */
  void begin(String itsProtocolType) {
    protocolType = itsProtocolType;
  }

  /** The next one, of the members that there are now; they elect a protocol if there are any. */
  void next() {
    number++;
    protocolName = members.isEmpty() ? null : members.elect();
    readSubscriptions();
  }

  /** The answer to a member's join. */
  Joined joined(Member<A> member, boolean tellMembers, String leader, boolean skipAssignment) {
    List<JoinedMember> told =
        !tellMembers
            ? List.of()
            : members.all().stream()
                .map(m -> new JoinedMember(m.id(), m.instanceId(), m.metadata(protocolName)))
                .toList();
    return new Joined(
        Errors.NONE, member.id(), number, protocolType, protocolName, leader, told, skipAssignment);
  }

  /** The answer to a member's sync. */
  Synced synced(byte[] assignment) {
    return new Synced(Errors.NONE, protocolType, protocolName, assignment);
  }

  /**
   * What is stored of it.
   *
   * @param assignments by member id
   * @param sinceMs since when the group has been in its state
   */
  GroupMetadata toMetadata(Map<String, byte[]> assignments, long sinceMs) {
    return new GroupMetadata(
        protocolType,
        number,
        protocolName,
        members.leader(),
        sinceMs,
        members.all().stream()
            .map(m -> m.toMetadata(protocolName, assignments.getOrDefault(m.id(), Member.NOTHING)))
            .toList());
  }

  void apply(GroupMetadata stored) {
    isStored = true;
    number = stored.generation();
    protocolType = stored.protocolType();
    protocolName = stored.protocolName();
  }

  void applyRemoved() {
    isStored = false;
    number = 0;
    protocolType = null;
    protocolName = null;
    subscribedTopics = Optional.empty();
  }

  /** Looks anew at what the members want to read. */
  void readSubscriptions() {
    subscribedTopics =
        SubscribedTopics.CONSUMER_PROTOCOL_TYPE.equals(protocolType)
            ? SubscribedTopics.of(
                members.all().stream().map(m -> m.metadata(protocolName)).toList())
            : Optional.empty();
  }
}
