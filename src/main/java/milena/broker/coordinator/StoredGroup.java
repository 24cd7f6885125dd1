package milena.broker.coordinator;

import java.util.List;
import milena.group.message.GroupEvent;

/**
 * What a partition holds of a group: the newest event of each key in the order they were written.
 *
 * @param lastSequence number of the last event, whether its record is still there or not
 */
record StoredGroup(String groupId, List<Numbered> events, long lastSequence) {

  /** An event and its number among the group's. */
  record Numbered(long sequence, GroupEvent event) {}
}
