package milena.kafka.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import milena.group.message.GroupRequest.Describe;
import milena.group.message.GroupResponse.Described;
import milena.group.message.GroupResponse.Described.DescribedMember;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroupMember;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** DescribeGroups: the members of classic groups. */
public final class DescribeGroupsHandler implements ApiHandler<DescribeGroupsRequestData> {
  private static final short WITH_AUTHORIZED_OPERATIONS = 3;
  private static final short WITH_GROUP_NOT_FOUND = 6;

  private final GroupAccess groups;

  public DescribeGroupsHandler(GroupAccess groups) {
    this.groups = groups;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.DESCRIBE_GROUPS;
  }

  @Override
  public CompletionStage<DescribeGroupsResponseData> handle(
      RequestContext context, DescribeGroupsRequestData request) {
    boolean wantsOperations =
        request.includeAuthorizedOperations() && context.apiVersion() >= WITH_AUTHORIZED_OPERATIONS;
    List<CompletionStage<DescribedGroup>> answers =
        request.groups().stream()
            .map(groupId -> describe(groupId, context.apiVersion(), wantsOperations))
            .toList();
    return GroupAccess.all(answers)
        .thenApply(all -> new DescribeGroupsResponseData().setGroups(all));
  }

  private CompletionStage<DescribedGroup> describe(
      String groupId, short version, boolean wantsOperations) {
    return groups.ask(
        groupId,
        new Describe(),
        Described.class,
        described -> answer(groupId, described, version, wantsOperations),
        refusal ->
            new DescribedGroup()
                .setGroupId(groupId)
                .setErrorCode(refusal.code())
                .setAuthorizedOperations(AuthorizedOperations.UNKNOWN));
  }

  private static DescribedGroup answer(
      String groupId, Described described, short version, boolean wantsOperations) {
    DescribedGroup group =
        new DescribedGroup()
            .setGroupId(groupId)
            .setGroupState(described.state())
            .setProtocolType(described.protocolType())
            .setProtocolData(described.protocolName())
            .setMembers(described.members().stream().map(DescribeGroupsHandler::member).toList())
            .setAuthorizedOperations(
                wantsOperations ? AuthorizedOperations.GROUP : AuthorizedOperations.UNKNOWN);
    // Older clients take a group that is not there for one in state Dead.
    if (described.error() == Errors.GROUP_ID_NOT_FOUND && version >= WITH_GROUP_NOT_FOUND) {
      group
          .setErrorCode(described.error().code())
          .setErrorMessage("Group " + groupId + " not found.");
    }
    return group;
  }

  private static DescribedGroupMember member(DescribedMember member) {
    return new DescribedGroupMember()
        .setMemberId(member.memberId())
        .setGroupInstanceId(member.instanceId())
        .setClientId(member.clientId())
        .setClientHost(member.clientHost())
        .setMemberMetadata(member.metadata())
        .setMemberAssignment(member.assignment());
  }
}
