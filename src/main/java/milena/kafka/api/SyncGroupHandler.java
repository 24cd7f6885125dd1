package milena.kafka.api;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import milena.group.message.GroupRequest.Sync;
import milena.group.message.GroupResponse.Synced;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** SyncGroup: answered when the leader's assignment is stored. */
public final class SyncGroupHandler implements ApiHandler<SyncGroupRequestData> {
  private static final short WITH_PROTOCOL = 5;

  private final GroupAccess groups;

  public SyncGroupHandler(GroupAccess groups) {
    this.groups = groups;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.SYNC_GROUP;
  }

  @Override
  public CompletionStage<SyncGroupResponseData> handle(
      RequestContext context, SyncGroupRequestData request) {
    if (request.groupId().isEmpty()) {
      return GroupAccess.done(answer(Synced.failed(Errors.INVALID_GROUP_ID)));
    }
    if (context.apiVersion() >= WITH_PROTOCOL
        && (request.protocolType() == null || request.protocolName() == null)) {
      return GroupAccess.done(answer(Synced.failed(Errors.INCONSISTENT_GROUP_PROTOCOL)));
    }
    Map<String, byte[]> assignments = new HashMap<>();
    for (SyncGroupRequestAssignment assignment : request.assignments()) {
      assignments.put(assignment.memberId(), assignment.assignment());
    }
    return groups.ask(
        request.groupId(),
        new Sync(
            request.memberId(),
            request.groupInstanceId(),
            request.generationId(),
            request.protocolType(),
            request.protocolName(),
            assignments),
        Synced.class,
        SyncGroupHandler::answer,
        refusal -> answer(Synced.failed(refusal)));
  }

  private static SyncGroupResponseData answer(Synced synced) {
    return new SyncGroupResponseData()
        .setErrorCode(synced.error().code())
        .setProtocolType(synced.protocolType())
        .setProtocolName(synced.protocolName())
        .setAssignment(synced.assignment());
  }
}
