package milena.kafka.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import milena.group.GroupView;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** ListGroups: the groups that this node coordinates. */
public final class ListGroupsHandler implements ApiHandler<ListGroupsRequestData> {
  private final GroupAccess groups;

  public ListGroupsHandler(GroupAccess groups) {
    this.groups = groups;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.LIST_GROUPS;
  }

  @Override
  public CompletionStage<ListGroupsResponseData> handle(
      RequestContext context, ListGroupsRequestData request) {
    if (groups.registry().isLoading()) {
      return GroupAccess.done(
          new ListGroupsResponseData().setErrorCode(Errors.COORDINATOR_LOAD_IN_PROGRESS.code()));
    }
    return GroupAccess.done(
        new ListGroupsResponseData()
            .setGroups(
                groups.registry().list().stream()
                    .filter(group -> passes(request.statesFilter(), group.state()))
                    .filter(group -> passes(request.typesFilter(), group.type()))
                    .map(ListGroupsHandler::listed)
                    .toList()));
  }

  private static boolean passes(List<String> filter, String value) {
    return filter.isEmpty() || filter.stream().anyMatch(value::equalsIgnoreCase);
  }

  private static ListedGroup listed(GroupView group) {
    return new ListedGroup()
        .setGroupId(group.groupId())
        .setProtocolType(group.protocolType())
        .setGroupState(group.state())
        .setGroupType(group.type());
  }
}
