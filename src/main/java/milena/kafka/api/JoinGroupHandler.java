package milena.kafka.api;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import milena.group.classic.ClassicConfig;
import milena.group.message.GroupRequest.Join;
import milena.group.message.GroupRequest.Protocol;
import milena.group.message.GroupResponse.Joined;
import milena.group.message.GroupResponse.Joined.JoinedMember;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** JoinGroup: answered when the generation is complete, which may take minutes. */
public final class JoinGroupHandler implements ApiHandler<JoinGroupRequestData> {
  private static final short WITH_REBALANCE_TIMEOUT = 1;
  private static final short WITH_REQUIRED_MEMBER_ID = 4;
  private static final short WITH_NULLABLE_PROTOCOL = 7;
  private static final short WITH_SKIPPED_ASSIGNMENT = 9;
  private static final int LONGEST_FRESH_ID = 64;

  private final GroupAccess groups;
  private final ClassicConfig config;
  private final Supplier<String> freshIds;

  /**
   * @param freshIds makes the part of a member's id that no other id has
   */
  public JoinGroupHandler(GroupAccess groups, ClassicConfig config, Supplier<String> freshIds) {
    this.groups = groups;
    this.config = config;
    this.freshIds = freshIds;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.JOIN_GROUP;
  }

  @Override
  public CompletionStage<JoinGroupResponseData> handle(
      RequestContext context, JoinGroupRequestData request) {
    short version = context.apiVersion();
    Errors error = check(context, request);
    if (error != Errors.NONE) {
      return GroupAccess.done(answer(Joined.failed(error, request.memberId()), version));
    }
    return groups.ask(
        request.groupId(),
        join(context, request),
        Joined.class,
        joined -> answer(joined, version),
        refusal -> answer(Joined.failed(refusal, request.memberId()), version));
  }

  private Errors check(RequestContext context, JoinGroupRequestData request) {
    if (request.groupId().isEmpty()) {
      return Errors.INVALID_GROUP_ID;
    }
    if (request.sessionTimeoutMs() < config.minSessionTimeoutMs()
        || request.sessionTimeoutMs() > config.maxSessionTimeoutMs()) {
      return Errors.INVALID_SESSION_TIMEOUT;
    }
    return roomForId(request.groupInstanceId()) && roomForId(context.clientId())
        ? Errors.NONE
        : Errors.INVALID_REQUEST;
  }

  /** A member's id is such a name and some more, and must fit the protocol's strings as well. */
  private static boolean roomForId(String name) {
    return name == null
        || name.getBytes(StandardCharsets.UTF_8).length <= Short.MAX_VALUE - LONGEST_FRESH_ID;
  }

  private Join join(RequestContext context, JoinGroupRequestData request) {
    List<Protocol> protocols = new ArrayList<>(request.protocols().size());
    for (JoinGroupRequestProtocol protocol : request.protocols()) {
      protocols.add(new Protocol(protocol.name(), protocol.metadata()));
    }
    boolean saysRebalanceTimeout = context.apiVersion() >= WITH_REBALANCE_TIMEOUT;
    return new Join(
        request.memberId(),
        request.groupInstanceId(),
        context.clientId() == null ? "" : context.clientId(),
        context.clientAddress().toString(),
        request.sessionTimeoutMs(),
        saysRebalanceTimeout ? request.rebalanceTimeoutMs() : request.sessionTimeoutMs(),
        request.protocolType(),
        protocols,
        freshIds.get(),
        context.apiVersion() >= WITH_REQUIRED_MEMBER_ID,
        context.apiVersion() >= WITH_SKIPPED_ASSIGNMENT);
  }

  private static JoinGroupResponseData answer(Joined joined, short version) {
    String protocolName = joined.protocolName();
    if (protocolName == null && version < WITH_NULLABLE_PROTOCOL) {
      protocolName = "";
    }
    List<JoinGroupResponseMember> members = new ArrayList<>(joined.members().size());
    for (JoinedMember member : joined.members()) {
      members.add(
          new JoinGroupResponseMember()
              .setMemberId(member.memberId())
              .setGroupInstanceId(member.instanceId())
              .setMetadata(member.metadata()));
    }
    return new JoinGroupResponseData()
        .setErrorCode(joined.error().code())
        .setGenerationId(joined.generation())
        .setProtocolType(joined.protocolType())
        .setProtocolName(protocolName)
        .setLeader(joined.leader() == null ? "" : joined.leader())
        .setSkipAssignment(joined.skipAssignment() && version >= WITH_SKIPPED_ASSIGNMENT)
        .setMemberId(joined.memberId())
        .setMembers(members);
  }
}
