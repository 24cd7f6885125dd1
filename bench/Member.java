import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/** The only member of a consumer group, over a connection of its own. */
final class Member {
  private static final int AT_ONCE = 50;
  private static final int FIND = 4;
  private static final int JOIN = 3;
  private static final int SYNC = 3;
  private static final int HEARTBEAT = 3;
  private static final int COMMIT = 7;

  private final Wire.Peer peer;
  private final String group;
  private final String topic;
  private String id;
  private int generation;

  private Member(Wire.Peer peer, String group, String topic) {
    this.peer = peer;
    this.group = group;
    this.topic = topic;
  }

  /** What is told of a request that was sent: its error code, and the nanoseconds it took. */
  interface Outcome {
    void accept(short error, long nanos);
  }

  /** A group for each connection, all of them stable when this returns. */
  static List<Member> join(Wire wire, List<Wire.Peer> peers, String name, String topic)
      throws Exception {
    List<Member> members = new ArrayList<>();
    for (int first = 0; first < peers.size(); first += AT_ONCE) {
      List<Member> some = new ArrayList<>();
      for (int i = first; i < Math.min(first + AT_ONCE, peers.size()); i++) {
        some.add(new Member(peers.get(i), name + "-" + i, topic));
      }
      untilDone(wire, some, Member::find);
      untilDone(wire, some, Member::join);
      untilDone(wire, some, Member::sync);
      members.addAll(some);
    }
    return members;
  }

  /** A step of joining; its error code. */
  private interface Step {
    CompletableFuture<Short> of(Member member) throws IOException;
  }

  private static void untilDone(Wire wire, List<Member> members, Step step) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    List<Member> left = new ArrayList<>(members);
    while (!left.isEmpty()) {
      List<CompletableFuture<Short>> errors = new ArrayList<>();
      for (Member member : left) {
        errors.add(step.of(member));
      }
      List<Member> again = new ArrayList<>();
      for (int i = 0; i < errors.size(); i++) {
        wire.check();
        short error = errors.get(i).get(30, TimeUnit.SECONDS);
        if (error != 0) {
          again.add(left.get(i));
          if (System.nanoTime() > until) {
            throw new IllegalStateException("a group can't be joined: error " + error);
          }
        }
      }
      if (!again.isEmpty()) {
        Thread.sleep(100);
      }
      left = again;
    }
  }

  private void send(ApiKeys api, int version, ApiMessage body, Wire.Answer answer)
      throws IOException {
    peer.send(api, version, answer, ByteBuffer.wrap(Wire.frame(api, version, body)));
  }

  private CompletableFuture<Short> find() throws IOException {
    CompletableFuture<Short> error = new CompletableFuture<>();
    send(
        ApiKeys.FIND_COORDINATOR,
        FIND,
        new FindCoordinatorRequestData().setCoordinatorKeys(List.of(group)),
        (body, nanos) ->
            error.complete(
                new FindCoordinatorResponseData(new ByteBufferAccessor(body), (short) FIND)
                    .coordinators()
                    .get(0)
                    .errorCode()));
    return error;
  }

  private CompletableFuture<Short> join() throws IOException {
    CompletableFuture<Short> error = new CompletableFuture<>();
    ByteBuffer subscription =
        ConsumerProtocol.serializeSubscription(new Subscription(List.of(topic)));
    JoinGroupRequestData request =
        new JoinGroupRequestData()
            .setGroupId(group)
            .setMemberId("")
            .setProtocolType("consumer")
            .setSessionTimeoutMs(45_000)
            .setRebalanceTimeoutMs(60_000);
    request
        .protocols()
        .add(new JoinGroupRequestProtocol().setName("range").setMetadata(bytes(subscription)));
    send(
        ApiKeys.JOIN_GROUP,
        JOIN,
        request,
        (body, nanos) -> {
          JoinGroupResponseData joined =
              new JoinGroupResponseData(new ByteBufferAccessor(body), (short) JOIN);
          id = joined.memberId();
          generation = joined.generationId();
          error.complete(joined.errorCode());
        });
    return error;
  }

  private CompletableFuture<Short> sync() throws IOException {
    CompletableFuture<Short> error = new CompletableFuture<>();
    ByteBuffer assignment =
        ConsumerProtocol.serializeAssignment(new Assignment(List.of(new TopicPartition(topic, 0))));
    send(
        ApiKeys.SYNC_GROUP,
        SYNC,
        new SyncGroupRequestData()
            .setGroupId(group)
            .setMemberId(id)
            .setGenerationId(generation)
            .setAssignments(
                List.of(
                    new SyncGroupRequestAssignment()
                        .setMemberId(id)
                        .setAssignment(bytes(assignment)))),
        (body, nanos) ->
            error.complete(
                new SyncGroupResponseData(new ByteBufferAccessor(body), (short) SYNC).errorCode()));
    return error;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  void heartbeat(Outcome outcome) throws IOException {
    send(
        ApiKeys.HEARTBEAT,
        HEARTBEAT,
        new HeartbeatRequestData().setGroupId(group).setMemberId(id).setGenerationId(generation),
        (body, nanos) ->
            outcome.accept(
                new HeartbeatResponseData(new ByteBufferAccessor(body), (short) HEARTBEAT)
                    .errorCode(),
                nanos));
  }

  void commit(long offset, Outcome outcome) throws IOException {
    OffsetCommitRequestPartition partition =
        new OffsetCommitRequestPartition().setPartitionIndex(0).setCommittedOffset(offset);
    send(
        ApiKeys.OFFSET_COMMIT,
        COMMIT,
        new OffsetCommitRequestData()
            .setGroupId(group)
            .setMemberId(id)
            .setGenerationIdOrMemberEpoch(generation)
            .setTopics(
                List.of(
                    new OffsetCommitRequestTopic()
                        .setName(topic)
                        .setPartitions(List.of(partition)))),
        (body, nanos) ->
            outcome.accept(
                new OffsetCommitResponseData(new ByteBufferAccessor(body), (short) COMMIT)
                    .topics()
                    .get(0)
                    .partitions()
                    .get(0)
                    .errorCode(),
                nanos));
  }
}
