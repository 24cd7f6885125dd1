package milena.group.message;

/**
 * A fact about a group that outlives its coordinator. Each is one record of the group's partition,
 * and the newest record of a key is all that counts of that key.
 */
public sealed interface GroupEvent {

  /** The group's generation, members and assignments are these now. */
  record MembershipStored(GroupMetadata metadata) implements GroupEvent {}

  /** The group is no more. */
  record GroupRemoved() implements GroupEvent {}

  /** This offset is the committed one. */
  record OffsetStored(String topic, int partition, CommittedOffset offset) implements GroupEvent {}

  /** The partition has no committed offset any more. */
  record OffsetRemoved(String topic, int partition) implements GroupEvent {}
}
