package milena.kafka.api;

import java.util.concurrent.CompletionStage;
import milena.group.message.GroupRequest.Heartbeat;
import milena.group.message.GroupResponse.HeartbeatAnswered;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** Heartbeat: a member is alive, and hears whether it must rejoin. */
public final class HeartbeatHandler implements ApiHandler<HeartbeatRequestData> {
  private final GroupAccess groups;

  public HeartbeatHandler(GroupAccess groups) {
    this.groups = groups;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.HEARTBEAT;
  }

  @Override
  public CompletionStage<HeartbeatResponseData> handle(
      RequestContext context, HeartbeatRequestData request) {
    if (request.groupId().isEmpty()) {
      return GroupAccess.done(answer(Errors.INVALID_GROUP_ID));
    }
    return groups.ask(
        request.groupId(),
        new Heartbeat(request.memberId(), request.groupInstanceId(), request.generationId()),
        HeartbeatAnswered.class,
        answered -> answer(answered.error()),
        // While the group is being read nobody's session runs: the member need not do anything.
        refusal -> answer(refusal == Errors.COORDINATOR_LOAD_IN_PROGRESS ? Errors.NONE : refusal));
  }

  private static HeartbeatResponseData answer(Errors error) {
    return new HeartbeatResponseData().setErrorCode(error.code());
  }
}
