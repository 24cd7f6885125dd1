package milena.streams.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import milena.streams.core.GroupMember.Ask;
import milena.streams.core.GroupMember.Identity;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.RebalanceProtocol;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.utils.Utils;

/**
 * What a member of a classic group says to its coordinator, and what it makes of the answers: the
 * requests, Kafka's encoding of subscriptions and assignments, and its assignors.
 */
final class MemberMessages {
  /** What a member waits beyond the time that a group takes for a rebalance. */
  private static final int GRACE_MS = 5_000;

  private static final int LEAVE_TIMEOUT_MS = 5_000;

  private final Identity self;

  MemberMessages(Identity self) {
    this.self = self;
  }

  /** Whether partitions are kept in a rebalance until they are to be given up (KIP-429). */
  boolean isCooperative() {
    return self.assignors().stream()
        .allMatch(each -> each.supportedProtocols().contains(RebalanceProtocol.COOPERATIVE));
  }

  /**
   * @param claimed what it owns, and says so
   * @param generation the one it got them in
   */
  Ask join(String memberId, Set<String> topics, Set<TopicPartition> claimed, int generation) {
    JoinGroupRequestData.JoinGroupRequestProtocolCollection protocols =
        new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
    for (ConsumerPartitionAssignor assignor : self.assignors()) {
      Subscription subscription =
          new Subscription(
              List.copyOf(topics),
              assignor.subscriptionUserData(topics),
              List.copyOf(claimed),
              generation,
              Optional.empty());
      protocols.add(
          new JoinGroupRequestProtocol()
              .setName(assignor.name())
              .setMetadata(Utils.toArray(ConsumerProtocol.serializeSubscription(subscription))));
    }
    return new Ask(
        new JoinGroupRequestData()
            .setGroupId(self.groupId())
            .setMemberId(memberId)
            .setGroupInstanceId(self.instanceId())
            .setSessionTimeoutMs(self.sessionTimeoutMs())
            .setRebalanceTimeoutMs(self.rebalanceTimeoutMs())
            .setProtocolType(ConsumerProtocol.PROTOCOL_TYPE)
            .setProtocols(protocols),
        GroupMember.JOIN_VERSION,
        self.rebalanceTimeoutMs() + GRACE_MS);
  }

  /**
   * @param assignments by the member that leads; of others none
   */
  Ask sync(JoinGroupResponseData joined, List<SyncGroupRequestAssignment> assignments) {
    return new Ask(
        new SyncGroupRequestData()
            .setGroupId(self.groupId())
            .setMemberId(joined.memberId())
            .setGroupInstanceId(self.instanceId())
            .setGenerationId(joined.generationId())
            .setProtocolType(ConsumerProtocol.PROTOCOL_TYPE)
            .setProtocolName(joined.protocolName())
            .setAssignments(assignments),
        GroupMember.SYNC_VERSION,
        self.rebalanceTimeoutMs() + GRACE_MS);
  }

  Ask beat(String memberId, int generation) {
    return new Ask(
        new HeartbeatRequestData()
            .setGroupId(self.groupId())
            .setMemberId(memberId)
            .setGroupInstanceId(self.instanceId())
            .setGenerationId(generation),
        GroupMember.HEARTBEAT_VERSION,
        self.sessionTimeoutMs());
  }

  Ask leave(String memberId) {
    MemberIdentity who =
        new MemberIdentity().setMemberId(memberId).setReason("the stream has been shut down");
    return new Ask(
        new LeaveGroupRequestData().setGroupId(self.groupId()).setMembers(List.of(who)),
        GroupMember.LEAVE_VERSION,
        LEAVE_TIMEOUT_MS);
  }

  /** All topics that members of the group subscribe to. */
  static Set<String> topicsOf(JoinGroupResponseData joined) {
    Set<String> all = new HashSet<>();
    for (JoinGroupResponseMember member : joined.members()) {
      all.addAll(subscriptionOf(member).topics());
    }
    return all;
  }

  /**
   * Shares out the partitions, as the member that leads.
   *
   * @param cluster what is known of {@link #topicsOf}
   */
  List<SyncGroupRequestAssignment> assign(JoinGroupResponseData joined, Cluster cluster) {
    Map<String, Subscription> members = new HashMap<>();
    for (JoinGroupResponseMember member : joined.members()) {
      Subscription subscription = subscriptionOf(member);
      subscription.setGroupInstanceId(Optional.ofNullable(member.groupInstanceId()));
      members.put(member.memberId(), subscription);
    }
    List<SyncGroupRequestAssignment> assignments = new ArrayList<>();
    assignorOf(joined)
        .assign(cluster, new GroupSubscription(members))
        .groupAssignment()
        .forEach(
            (member, assignment) ->
                assignments.add(
                    new SyncGroupRequestAssignment()
                        .setMemberId(member)
                        .setAssignment(
                            Utils.toArray(ConsumerProtocol.serializeAssignment(assignment)))));
    return assignments;
  }

  /** What this member has been assigned; its assignor is told. */
  Set<TopicPartition> assigned(JoinGroupResponseData joined, SyncGroupResponseData answer) {
    Assignment assignment =
        ConsumerProtocol.deserializeAssignment(ByteBuffer.wrap(answer.assignment()));
    assignorOf(joined).onAssignment(assignment, metadata(joined));
    return Set.copyOf(assignment.partitions());
  }

  @SuppressWarnings("removal") // Assignors take no other kind.
  private ConsumerGroupMetadata metadata(JoinGroupResponseData joined) {
    return new ConsumerGroupMetadata(
        self.groupId(),
        joined.generationId(),
        joined.memberId(),
        Optional.ofNullable(self.instanceId()));
  }

  private static Subscription subscriptionOf(JoinGroupResponseMember member) {
    return ConsumerProtocol.deserializeSubscription(ByteBuffer.wrap(member.metadata()));
  }

  private ConsumerPartitionAssignor assignorOf(JoinGroupResponseData joined) {
    return self.assignors().stream()
        .filter(each -> each.name().equals(joined.protocolName()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException("Nobody offered to assign by " + joined.protocolName()));
  }
}
