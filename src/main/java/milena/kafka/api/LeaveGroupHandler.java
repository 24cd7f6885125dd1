package milena.kafka.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import milena.group.message.GroupRequest.Leave;
import milena.group.message.GroupRequest.Leave.Leaver;
import milena.group.message.GroupResponse.Left;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData.MemberResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** LeaveGroup: one member leaves, or from version 3 on any number. */
public final class LeaveGroupHandler implements ApiHandler<LeaveGroupRequestData> {
  private static final short WITH_MEMBERS = 3;

  private final GroupAccess groups;

  public LeaveGroupHandler(GroupAccess groups) {
    this.groups = groups;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.LEAVE_GROUP;
  }

  @Override
  public CompletionStage<LeaveGroupResponseData> handle(
      RequestContext context, LeaveGroupRequestData request) {
    if (request.groupId().isEmpty()) {
      return GroupAccess.done(failed(Errors.INVALID_GROUP_ID));
    }
    boolean isBatch = context.apiVersion() >= WITH_MEMBERS;
    List<Leaver> leavers =
        isBatch
            ? request.members().stream()
                .map(member -> new Leaver(member.memberId(), member.groupInstanceId()))
                .toList()
            : List.of(new Leaver(request.memberId(), null));
    return groups.ask(
        request.groupId(),
        new Leave(leavers),
        Left.class,
        left -> isBatch ? answer(left) : failed(left.members().get(0).error()),
        LeaveGroupHandler::failed);
  }

  private static LeaveGroupResponseData answer(Left left) {
    return new LeaveGroupResponseData()
        .setMembers(
            left.members().stream()
                .map(
                    member ->
                        new MemberResponse()
                            .setMemberId(member.memberId())
                            .setGroupInstanceId(member.instanceId())
                            .setErrorCode(member.error().code()))
                .toList());
  }

  private static LeaveGroupResponseData failed(Errors error) {
    return new LeaveGroupResponseData().setErrorCode(error.code());
  }
}
