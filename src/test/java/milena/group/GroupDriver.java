package milena.group;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import milena.group.classic.ClassicConfig;
import milena.group.message.GroupEvent;
import milena.group.message.GroupRequest;
import milena.group.message.GroupRequest.CommitOffsets;
import milena.group.message.GroupRequest.CommitOffsets.OffsetToCommit;
import milena.group.message.GroupRequest.FetchOffsets;
import milena.group.message.GroupRequest.FetchOffsets.OffsetQuery;
import milena.group.message.GroupRequest.Heartbeat;
import milena.group.message.GroupRequest.Join;
import milena.group.message.GroupRequest.Leave;
import milena.group.message.GroupRequest.Leave.Leaver;
import milena.group.message.GroupRequest.Protocol;
import milena.group.message.GroupRequest.Sync;
import milena.group.message.GroupResponse;
import milena.group.message.GroupResponse.HeartbeatAnswered;
import milena.group.message.GroupResponse.Joined;
import milena.group.message.GroupResponse.OffsetsCommitted;
import milena.group.message.GroupResponse.OffsetsFetched;
import milena.group.message.GroupResponse.Synced;
import milena.group.message.Turn;
import milena.group.offsets.OffsetsConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** A group on a virtual clock, with a journal in memory; requests are tickets, answered or not. */
final class GroupDriver {
  static final int SESSION_MS = 10_000;
  static final int REBALANCE_MS = 60_000;

  private final GroupConfig config;
  private final List<GroupEvent> journal = new ArrayList<>();
  private final Map<Integer, GroupResponse> answers = new HashMap<>();
  private int nextTicket;
  private int nextId;
  private Group<Integer> group;
  long nowMs = 1_000_000;
  private long wallStepMs;

  GroupDriver(GroupConfig config) {
    this.config = config;
    restart();
  }

  /** A group that waits for nobody before its first rebalance. */
  static GroupDriver withoutDelay() {
    return new GroupDriver(configured(0, Integer.MAX_VALUE));
  }

  static GroupConfig configured(int initialDelayMs, int maxSize) {
    return new GroupConfig(
        new ClassicConfig(initialDelayMs, 1_000, 100_000, maxSize, 300_000),
        new OffsetsConfig(16, 3_600_000, 60_000));
  }

  Group<Integer> group() {
    return group;
  }

  List<GroupEvent> journal() {
    return journal;
  }

  /** Everything but what is stored is lost, and the stored is read again. */
  void restart() {
    group = new Group<>("g", config);
    journal.forEach(group::apply);
    group.recovered(nowMs);
  }

  /** Somebody sets the wall clock, by so much. */
  void setWallClock(long byMs) {
    wallStepMs += byMs;
  }

  int send(GroupRequest request) {
    int ticket = nextTicket++;
    Turn<Integer> turn = new Turn<>(nowMs, nowMs + wallStepMs);
    group.decide(request, ticket, turn);
    finish(turn);
    return ticket;
  }

  private void finish(Turn<Integer> turn) {
    journal.addAll(turn.events());
    turn.events().forEach(group::apply);
    for (Turn.Reply<Integer> reply : turn.replies()) {
      if (answers.putIfAbsent(reply.to(), reply.response()) != null) {
        throw new AssertionError("Answered twice: " + reply);
      }
    }
  }

  /** Lets time pass, with a tick at each deadline on the way. */
  void pass(long ms) {
    long until = nowMs + ms;
    while (group.nextDeadlineMs() <= until) {
      nowMs = Math.max(nowMs, group.nextDeadlineMs());
      Turn<Integer> turn = new Turn<>(nowMs, nowMs + wallStepMs);
      group.tick(turn);
      finish(turn);
    }
    nowMs = until;
  }

  boolean isAnswered(int ticket) {
    return answers.containsKey(ticket);
  }

  <R extends GroupResponse> R answer(int ticket, Class<R> type) {
    GroupResponse answer = answers.get(ticket);
    if (answer == null) {
      throw new AssertionError("Request " + ticket + " is still parked");
    }
    return type.cast(answer);
  }

  Joined joined(int ticket) {
    return answer(ticket, Joined.class);
  }

  Synced synced(int ticket) {
    return answer(ticket, Synced.class);
  }

  // What members say ------------------------------------------------------------------------

  Join newMember(String... protocols) {
    return join("", null, protocols);
  }

  Join join(String memberId, String instanceId, String... protocols) {
    List<Protocol> said = new ArrayList<>();
    for (String protocol : protocols.length == 0 ? new String[] {"range"} : protocols) {
      said.add(new Protocol(protocol, new byte[] {1}));
    }
    return new Join(
        memberId,
        instanceId,
        "client",
        "/127.0.0.1",
        SESSION_MS,
        REBALANCE_MS,
        "consumer",
        said,
        "id" + nextId++,
        false,
        true);
  }

  static Join twoStep(Join join) {
    return new Join(
        join.memberId(),
        join.instanceId(),
        join.clientId(),
        join.clientHost(),
        join.sessionTimeoutMs(),
        join.rebalanceTimeoutMs(),
        join.protocolType(),
        join.protocols(),
        join.freshId(),
        true,
        join.understandsSkipAssignment());
  }

  int sync(Joined as, Map<String, byte[]> assignments) {
    return send(new Sync(as.memberId(), null, as.generation(), null, null, assignments));
  }

  Errors heartbeat(Joined as) {
    return answer(
            send(new Heartbeat(as.memberId(), null, as.generation())), HeartbeatAnswered.class)
        .error();
  }

  int leave(String memberId) {
    return send(new Leave(List.of(new Leaver(memberId, null))));
  }

  OffsetsCommitted commit(String memberId, int generation, String topic, long offset) {
    return commit(memberId, null, generation, topic, offset);
  }

  OffsetsCommitted commit(
      String memberId, String instanceId, int generation, String topic, long offset) {
    return answer(
        send(
            new CommitOffsets(
                memberId,
                instanceId,
                generation,
                -1,
                List.of(new OffsetToCommit(Uuid.ZERO_UUID, topic, 0, offset, -1, "")),
                true)),
        OffsetsCommitted.class);
  }

  long committed(String topic) {
    return answer(
            send(new FetchOffsets(List.of(new OffsetQuery(Uuid.ZERO_UUID, topic, 0)), false)),
            OffsetsFetched.class)
        .offsets()
        .get(0)
        .offset();
  }

  /** One member, alone in a stable group. */
  Joined stableAlone() {
    Joined leader = joined(send(newMember()));
    sync(leader, Map.of(leader.memberId(), new byte[] {7}));
    return leader;
  }

  /** A stable group of two: the leader first. */
  List<Joined> stablePair() {
    Joined first = stableAlone();
    int second = send(newMember());
    int again = send(join(first.memberId(), null));
    Joined leader = joined(again);
    Joined follower = joined(second);
    sync(leader, Map.of(leader.memberId(), new byte[] {1}, follower.memberId(), new byte[] {2}));
    sync(follower, Map.of());
    return List.of(leader, follower);
  }
}
