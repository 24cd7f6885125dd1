package milena.kafka.api;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletionStage;
import milena.group.message.GroupRequest.Delete;
import milena.group.message.GroupResponse.Deleted;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** DeleteGroups: groups without members, with their offsets. */
public final class DeleteGroupsHandler implements ApiHandler<DeleteGroupsRequestData> {
  private final GroupAccess groups;

  public DeleteGroupsHandler(GroupAccess groups) {
    this.groups = groups;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.DELETE_GROUPS;
  }

  @Override
  public CompletionStage<DeleteGroupsResponseData> handle(
      RequestContext context, DeleteGroupsRequestData request) {
    List<CompletionStage<DeletableGroupResult>> answers =
        new LinkedHashSet<>(request.groupsNames()).stream().map(this::delete).toList();
    return GroupAccess.all(answers)
        .thenApply(
            all ->
                new DeleteGroupsResponseData()
                    .setResults(new DeletableGroupResultCollection(all.iterator())));
  }

  private CompletionStage<DeletableGroupResult> delete(String groupId) {
    return groups.ask(
        groupId,
        new Delete(),
        Deleted.class,
        deleted -> result(groupId, deleted.error()),
        refusal -> result(groupId, refusal));
  }

  private static DeletableGroupResult result(String groupId, Errors error) {
    return new DeletableGroupResult().setGroupId(groupId).setErrorCode(error.code());
  }
}
