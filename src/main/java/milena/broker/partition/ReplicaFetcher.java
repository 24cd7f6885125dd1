package milena.broker.partition;

import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import milena.common.OffsetAndEpoch;
import milena.common.TopicIdPartition;
import milena.metadata.BrokerImage.Endpoint;
import milena.replication.FollowerState.Answer;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Fetches all that this node follows of one leading broker: one request at a time over one
 * connection, in an incremental session. An answer's records go to the replicas, and when all of
 * them have said where they stand now the next request follows.
 *
 * <p>A partition that the leader does not serve is left out for a while that grows up to {@code
 * replica.fetch.backoff.ms}; by then the newest image may have told its replica what to do. When
 * the connection fails, all are.
 *
 * <p>A request that waits at the leader knows nothing of a partition that comes meanwhile. So that
 * a new leader's followers don't lose time, the connection is hung up then, though not often.
 */
final class ReplicaFetcher extends AbstractBehavior<ReplicaFetcher.Command> {
  private static final long SHORTEST_PAUSE_MS = FollowedPartitions.SHORTEST_PAUSE_MS;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final Duration BETWEEN_HANG_UPS = Duration.ofMillis(100);

  sealed interface Command {}

  /** Fetches a partition, or fetches it otherwise than before. */
  record Fetch(ReplicaFetchers.Follow follow) implements Command {}

  /** Fetches a partition no more. */
  record Drop(TopicIdPartition id) implements Command {}

  /** A replica has taken in an answer and stands there now. */
  record Taken(TopicIdPartition id, int leaderEpoch, long offset, int lastEpoch, long logStart)
      implements Command {}

  /** A replica can't take in an answer; it may help to ask again later. */
  record NotTaken(TopicIdPartition id, int leaderEpoch) implements Command {}

  private record Answered(LeaderLink by, LeaderLink.Answer answer, Throwable failure)
      implements Command {}

  private enum Due implements Command {
    FETCH,
    RESUME,
    RECONNECT,
    HANG_UP
  }

  private final int leader;
  private final ReplicaFetchers.Setup setup;
  private final TimerScheduler<Command> timers;
  private final FollowedPartitions partitions;
  private LeaderLink link;
  private boolean underWay;
  private boolean backingOff;
  private boolean fetchScheduled;
  private int failures;

  private ReplicaFetcher(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      int leader,
      ReplicaFetchers.Setup setup) {
    super(context);
    this.leader = leader;
    this.setup = setup;
    this.timers = timers;
    this.partitions = new FollowedPartitions(setup.settings().fetchBackoffMs());
  }

  static Behavior<Command> create(int leader, ReplicaFetchers.Setup setup) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new ReplicaFetcher(context, timers, leader, setup)));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Taken.class, this::onTaken)
        .onMessage(Answered.class, this::onAnswered)
        .onMessage(Due.class, this::onDue)
        .onMessage(Fetch.class, this::onFetch)
        .onMessage(Drop.class, this::onDrop)
        .onMessage(NotTaken.class, this::onNotTaken)
        .onSignal(PostStop.class, stop -> onPostStop())
        .build();
  }

  private Behavior<Command> onFetch(Fetch fetch) {
    partitions.add(fetch.follow());
    if (underWay && !timers.isTimerActive(Due.HANG_UP)) {
      timers.startSingleTimer(Due.HANG_UP, failures == 0 ? Duration.ofMillis(5) : BETWEEN_HANG_UPS);
    }
    fetchSoon();
    return this;
  }

  private Behavior<Command> onDrop(Drop drop) {
    partitions.remove(drop.id());
    if (partitions.isEmpty()) {
      hangUp();
    }
    fetchSoon();
    return this;
  }

  private Behavior<Command> onTaken(Taken taken) {
    if (partitions.taken(taken)) {
      fetchNow();
    }
    return this;
  }

  private Behavior<Command> onNotTaken(NotTaken notTaken) {
    if (partitions.notTaken(notTaken, System.nanoTime())) {
      resumeLater();
      fetchNow();
    }
    return this;
  }

  private Behavior<Command> onDue(Due due) {
    switch (due) {
      case FETCH -> {
        fetchScheduled = false;
        fetchNow();
      }
      case RESUME -> resume();
      case RECONNECT -> {
        backingOff = false;
        fetchNow();
      }
      case HANG_UP -> {
        if (underWay && partitions.isAnyChanged()) {
          hangUp();
          fetchNow();
        }
      }
    }
    return this;
  }

  /** With what else of its kind has arrived by now. */
  private void fetchSoon() {
    if (!fetchScheduled && !underWay && !partitions.areAtWork()) {
      fetchScheduled = true;
      getContext().getSelf().tell(Due.FETCH);
    }
  }

  private void fetchNow() {
    if (underWay || backingOff || partitions.areAtWork()) {
      return;
    }
    partitions.holdBack(setup.throttles().followers(), System.nanoTime());
    resumeLater();
    if (!partitions.isAnyActive()) {
      return;
    }
    long brokerEpoch = setup.brokerEpoch().getAsLong();
    Optional<Endpoint> endpoint = setup.endpointOf(leader);
    if (brokerEpoch < 0 || endpoint.isEmpty()) {
      failed("it is not known yet");
      return;
    }
    if (link == null) {
      link = setup.dialer().dial(endpoint.get());
    }
    FetchRequestData request =
        new FetchRequestData()
            .setReplicaState(
                new ReplicaState().setReplicaId(setup.brokerId()).setReplicaEpoch(brokerEpoch))
            .setMaxWaitMs(setup.settings().fetchMaxWaitMs())
            .setMinBytes(setup.settings().fetchMinBytes())
            .setMaxBytes(setup.settings().fetchResponseMaxBytes());
    partitions.fill(request, setup.settings().fetchMaxBytes());
    underWay = true;
    LeaderLink by = link;
    getContext()
        .pipeToSelf(by.fetch(request), (answer, failure) -> new Answered(by, answer, failure));
  }

  private Behavior<Command> onAnswered(Answered answered) {
    if (answered.by() != link) {
      return this; // of a connection that was hung up
    }
    underWay = false;
    if (answered.failure() != null) {
      failed(answered.failure().toString());
      return this;
    }
    onAnswer(answered.answer());
    answered.answer().memory().release();
    fetchNow();
    return this;
  }

  private void onAnswer(LeaderLink.Answer answer) {
    FetchResponseData response = answer.response();
    Errors error = Errors.forCode(response.errorCode());
    if (error != Errors.NONE) {
      boolean forgotten =
          error == Errors.FETCH_SESSION_ID_NOT_FOUND || error == Errors.INVALID_FETCH_SESSION_EPOCH;
      if (!forgotten || !partitions.forgotten()) {
        failed("it answers " + error);
      }
      return;
    }
    failures = 0;
    partitions.answered(response);
    for (FetchableTopicResponse topic : response.responses()) {
      for (PartitionData data : topic.partitions()) {
        onPartition(
            new TopicIdPartition(topic.topicId(), data.partitionIndex()), data, answer.memory());
      }
    }
  }

  private void onPartition(TopicIdPartition id, PartitionData data, AnswerMemory memory) {
    FollowedPartition partition = partitions.awaiting(id);
    if (partition == null) {
      return;
    }
    Errors error = Errors.forCode(data.errorCode());
    boolean outOfRange = error == Errors.OFFSET_OUT_OF_RANGE && data.logStartOffset() >= 0;
    if (error != Errors.NONE && !outOfRange) {
      getContext().getLog().debug("{} is not served by broker {}: {}", id, leader, error);
      partitions.pause(partition, System.nanoTime());
      resumeLater();
      return;
    }
    OffsetAndEpoch diverging =
        data.divergingEpoch().endOffset() < 0
            ? null
            : new OffsetAndEpoch(data.divergingEpoch().endOffset(), data.divergingEpoch().epoch());
    ByteBuffer records =
        data.records() instanceof MemoryRecords inMemory ? inMemory.buffer() : NOTHING;
    if (setup.throttles().followers().covers(id)) {
      setup.throttles().followers().moved(records.remaining());
    }
    partitions.goesToWork(partition, data.highWatermark());
    memory.retain();
    partition
        .replica()
        .tell(
            new PartitionReplica.Fetched(
                partition.leaderEpoch(),
                partition.offset(),
                new Answer(data.highWatermark(), data.logStartOffset(), diverging, outOfRange),
                records,
                memory,
                getContext().getSelf()));
  }

  private void resumeLater() {
    if (partitions.isAnyPaused() && !timers.isTimerActive(Due.RESUME)) {
      timers.startSingleTimer(Due.RESUME, Duration.ofMillis(SHORTEST_PAUSE_MS));
    }
  }

  private void resume() {
    partitions.resume(System.nanoTime());
    resumeLater();
    fetchSoon();
  }

  private void failed(String why) {
    long pauseMs =
        Math.min(setup.settings().fetchBackoffMs(), SHORTEST_PAUSE_MS << Math.min(failures, 20));
    if (failures++ == 0) {
      getContext().getLog().info("Can't fetch from broker {}, and tries again: {}", leader, why);
    }
    hangUp();
    backingOff = true;
    timers.startSingleTimer(Due.RECONNECT, Duration.ofMillis(pauseMs));
  }

  private void hangUp() {
    underWay = false;
    partitions.disconnected();
    if (link != null) {
      link.close();
      link = null;
    }
  }

  private Behavior<Command> onPostStop() {
    hangUp();
    return this;
  }
}
