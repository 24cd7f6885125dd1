package milena.broker.raft;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import milena.metadata.ClusterImage;
import milena.metadata.EventCodec;
import milena.metadata.ImageCodec;
import milena.metadata.MetadataEvent;

/**
 * Keeps the {@link FollowedMetadataLog} of a node that doesn't vote up to date from the feed of one
 * voter. It turns to the next when that one is silent or knows of no leader, so that a voter that
 * is cut off from the others is not followed for long.
 *
 * <pre>
 *   asks --entries, chunk, nothing--> asks
 *        --silence, no leader-------> asks the next voter
 * </pre>
 */
public final class MetadataFollower extends AbstractBehavior<Object> {
  /** The name of the actor; configuration gives it the lane for large messages. */
  public static final String NAME = "metadata-follower";

  private static final Duration OVERDUE = MetadataFeed.PATIENCE.multipliedBy(3);
  private static final Duration OVERDUE_IN_SNAPSHOT = Duration.ofSeconds(5);
  private static final long NO_SNAPSHOT = -1;
  private static final int NOBODY = -1;

  /** No image is as large as this; what claims to be is not one. */
  private static final int IMAGE_BYTES_MAX = 1 << 30;

  /** Finds the feed of a voter. */
  public interface Feeds {
    /**
     * @param turn any number; the same voter's again after as many turns as there are voters
     */
    ActorRef<MetadataFeed.Ask> ofTurn(int turn);
  }

  private record Decoded(ClusterImage image) {}

  private enum Due {
    SILENCE
  }

  private final TimerScheduler<Object> timers;
  private final FollowedMetadataLog log;
  private final Feeds feeds;
  private final Executor blocking;
  private int turn;
  private long number;
  private long snapshot = NO_SNAPSHOT;
  private ByteBuffer parts;

  /**
   * @param firstTurn the voter to begin with
   * @param blocking runs what takes a while
   */
  public static Behavior<MetadataFeed.Answer> create(
      FollowedMetadataLog log, Feeds feeds, int firstTurn, Executor blocking) {
    return Behaviors.<Object>setup(
            context ->
                Behaviors.withTimers(
                    timers ->
                        new MetadataFollower(context, timers, log, feeds, firstTurn, blocking)))
        .narrow();
  }

  private MetadataFollower(
      ActorContext<Object> context,
      TimerScheduler<Object> timers,
      FollowedMetadataLog log,
      Feeds feeds,
      int firstTurn,
      Executor blocking) {
    super(context);
    this.timers = timers;
    this.log = log;
    this.feeds = feeds;
    this.turn = firstTurn;
    this.blocking = blocking;
    ask();
  }

  @Override
  public Receive<Object> createReceive() {
    return newReceiveBuilder()
        .onMessage(MetadataFeed.Answer.class, this::onAnswer)
        .onMessage(Decoded.class, this::onDecoded)
        .onMessage(Due.class, silence -> onSilence())
        .build();
  }

  private void ask() {
    boolean inSnapshot = snapshot != NO_SNAPSHOT;
    timers.startSingleTimer(Due.SILENCE, inSnapshot ? OVERDUE_IN_SNAPSHOT : OVERDUE);
    feeds
        .ofTurn(turn)
        .tell(
            new MetadataFeed.Ask(
                ++number,
                log.image().lastSequence(),
                snapshot,
                inSnapshot ? parts.position() : 0,
                getContext().getSelf().narrow()));
  }

  private void askNext() {
    turn++;
    forgetParts();
    ask();
  }

  private void forgetParts() {
    snapshot = NO_SNAPSHOT;
    parts = null;
  }

  private Behavior<Object> onSilence() {
    askNext();
    return this;
  }

  private Behavior<Object> onAnswer(MetadataFeed.Answer answer) {
    if (answer.number() != number) {
      return this;
    }
    log.leads(answer.leader(), answer.term());
    if (answer instanceof MetadataFeed.Entries entries) {
      take(entries);
    } else if (answer instanceof MetadataFeed.Chunk chunk) {
      return onChunk(chunk);
    } else if (answer.leader() == NOBODY) {
      askNext();
      return this;
    }
    forgetParts();
    ask();
    return this;
  }

  private void take(MetadataFeed.Entries answer) {
    long first = answer.first();
    for (byte[] entry : answer.entries()) {
      List<MetadataEvent> events = EventCodec.decode(ByteBuffer.wrap(entry));
      if (!log.apply(first, events)) {
        getContext()
            .getLog()
            .warn("A voter left out metadata before event {}; it is asked again", first);
        return;
      }
      first += events.size();
    }
  }

  private Behavior<Object> onChunk(MetadataFeed.Chunk chunk) {
    boolean begins = chunk.offset() == 0 && chunk.total() <= IMAGE_BYTES_MAX;
    if (begins) {
      snapshot = chunk.snapshot();
      parts = ByteBuffer.allocate(chunk.total());
    }
    boolean fits =
        parts != null
            && snapshot == chunk.snapshot()
            && parts.position() == chunk.offset()
            && parts.remaining() >= chunk.bytes().length;
    if (!fits) {
      askNext();
      return this;
    }
    parts.put(chunk.bytes());
    if (parts.hasRemaining()) {
      ask();
      return this;
    }
    byte[] whole = parts.array();
    forgetParts();
    timers.cancel(Due.SILENCE);
    getContext()
        .pipeToSelf(
            CompletableFuture.supplyAsync(() -> ImageCodec.decode(whole), blocking),
            (image, failure) -> new Decoded(image));
    return this;
  }

  private Behavior<Object> onDecoded(Decoded decoded) {
    if (decoded.image() == null) {
      getContext().getLog().warn("A voter's image can't be read; another one is asked");
      askNext();
      return this;
    }
    log.replace(decoded.image());
    ask();
    return this;
  }
}
