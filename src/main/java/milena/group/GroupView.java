package milena.group;

/**
 * A group as it is listed.
 *
 * @param protocolType empty when the group has none
 * @param state as the protocol calls it
 * @param type as the protocol calls it: classic, and others when they come
 */
public record GroupView(String groupId, String protocolType, String state, String type) {}
