package milena.broker.raft;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import milena.common.CborSerializable;
import milena.metadata.ClusterImage;
import milena.metadata.EventCodec;
import milena.metadata.ImageCodec;
import milena.metadata.MetadataEvent;

/**
 * Where the nodes that don't vote read the metadata log: each voter has one. A follower asks for
 * what comes after what it has, and is answered when there is something: with the entries that
 * follow, as long as they are kept here, else with an image in chunks. So it is the follower's pace
 * that counts, and whatever is lost is asked for again, here or at another voter.
 */
public final class MetadataFeed extends AbstractBehavior<Object> {
  /** The name of the actor on each voter. */
  public static final String NAME = "metadata-feed";

  /** How long a follower that has everything waits for an answer. */
  static final Duration PATIENCE = Duration.ofMillis(250);

  private static final Duration SNAPSHOT_KEPT = Duration.ofSeconds(10);
  private static final int EVENTS_KEPT = 4_096;
  private static final int WAITING_MAX = 1_000;

  /** Of one answer, unless a single entry is larger: an entry is 2 MiB at most. */
  private static final int ANSWER_BYTES = 256 << 10;

  /** Below the frame size of the lane that followers have. */
  private static final int CHUNK_BYTES = 1 << 20;

  /**
   * Asks for what comes next.
   *
   * @param number tells the answer from that to an earlier question
   * @param after the number of the last event the follower has applied
   * @param snapshot the image that it has got a part of, by its last event; -1 for none
   * @param offset how many of that image's bytes it has
   */
  public record Ask(long number, long after, long snapshot, int offset, ActorRef<Answer> replyTo)
      implements CborSerializable {}

  /** What comes next; each says who leads as far as this voter knows, -1 for nobody. */
  public sealed interface Answer extends CborSerializable {
    long number();

    int leader();

    long term();
  }

  /** Nothing has happened. */
  public record Nothing(long number, int leader, long term) implements Answer {}

  /**
   * Entries of the log, whole and in order.
   *
   * @param first the number of the first event in the first of them
   */
  public record Entries(long number, int leader, long term, long first, List<byte[]> entries)
      implements Answer {}

  /**
   * A part of an image.
   *
   * @param snapshot the last event in that image
   * @param offset where in the image's bytes this part begins
   * @param total the length of all parts
   */
  public record Chunk(
      long number, int leader, long term, long snapshot, int offset, int total, byte[] bytes)
      implements Answer {}

  private record Applied(List<MetadataEvent> events, ClusterImage image) {}

  private record Encoded(long sequence, byte[] bytes) {}

  private record Expired(ActorRef<Answer> follower) {}

  private enum Due {
    DROP_SNAPSHOT
  }

  /** An entry: its events are numbered from {@code last - events.size() + 1} on. */
  private record Kept(long last, List<MetadataEvent> events) {
    long first() {
      return last - events.size() + 1;
    }
  }

  private final MetadataLog log;
  private final TimerScheduler<Object> timers;
  private final Executor blocking;
  private final Deque<Kept> kept = new ArrayDeque<>();
  private final Map<ActorRef<Answer>, Ask> waiting = new HashMap<>();
  private ClusterImage image = ClusterImage.EMPTY;
  private int eventsKept;
  private Encoded snapshot;
  private boolean encoding;

  /**
   * @param log this voter's
   * @param blocking runs what takes a while
   */
  public static Behavior<Ask> create(MetadataLog log, Executor blocking) {
    return Behaviors.<Object>setup(
            context ->
                Behaviors.withTimers(timers -> new MetadataFeed(context, timers, log, blocking)))
        .narrow();
  }

  private MetadataFeed(
      ActorContext<Object> context,
      TimerScheduler<Object> timers,
      MetadataLog log,
      Executor blocking) {
    super(context);
    this.log = log;
    this.timers = timers;
    this.blocking = blocking;
    ActorRef<Object> self = context.getSelf();
    log.observe(
        new MetadataLog.Observer() {
          @Override
          public void onImage(ClusterImage now) {
            self.tell(new Applied(List.of(), now));
          }

          @Override
          public void onEvents(List<MetadataEvent> events, ClusterImage now) {
            self.tell(new Applied(events, now));
          }

          @Override
          public void onLeaderReady(long term) {}

          @Override
          public void onLeadershipLost() {}
        });
  }

  @Override
  public Receive<Object> createReceive() {
    return newReceiveBuilder()
        .onMessage(Applied.class, this::onApplied)
        .onMessage(Ask.class, this::onAsk)
        .onMessage(Expired.class, this::onExpired)
        .onMessage(Encoded.class, this::onEncoded)
        .onMessage(Due.class, due -> onDropSnapshot())
        .build();
  }

  private Behavior<Object> onApplied(Applied applied) {
    image = applied.image();
    Kept entry = new Kept(image.lastSequence(), applied.events());
    boolean follows = !kept.isEmpty() && kept.getLast().last() == entry.first() - 1;
    if (entry.events().isEmpty() || !follows) {
      kept.clear();
      eventsKept = 0;
    }
    if (!entry.events().isEmpty()) {
      kept.add(entry);
      eventsKept += entry.events().size();
      while (eventsKept > EVENTS_KEPT && kept.size() > 1) {
        eventsKept -= kept.remove().events().size();
      }
    }
    answerWaiting();
    return this;
  }

  private void answerWaiting() {
    List.copyOf(waiting.values()).forEach(this::answer);
  }

  private Behavior<Object> onAsk(Ask ask) {
    // One that is not remembered asks again when its patience ends.
    if (waiting.size() < WAITING_MAX || waiting.containsKey(ask.replyTo())) {
      waiting.put(ask.replyTo(), ask);
      answer(ask);
    }
    return this;
  }

  private void answer(Ask ask) {
    boolean inSnapshot = snapshot != null && snapshot.sequence() == ask.snapshot();
    if (inSnapshot && ask.offset() < snapshot.bytes().length) {
      tellChunk(ask, ask.offset());
    } else if (ask.after() >= image.lastSequence()) {
      timers.startSingleTimer(ask.replyTo(), new Expired(ask.replyTo()), PATIENCE);
    } else if (isKept(ask.after() + 1)) {
      tellEntries(ask);
    } else if (snapshot != null && leadsOn(snapshot.sequence())) {
      tellChunk(ask, 0);
    } else {
      encode();
    }
  }

  private boolean isKept(long sequence) {
    return !kept.isEmpty() && kept.peek().first() <= sequence;
  }

  /** Whether whoever has an image up to there can go on with entries. */
  private boolean leadsOn(long sequence) {
    return sequence == image.lastSequence() || isKept(sequence + 1);
  }

  private void tellEntries(Ask ask) {
    List<byte[]> entries = new ArrayList<>();
    long first = -1;
    int bytes = 0;
    for (Kept entry : kept) {
      if (entry.first() > ask.after() && bytes < ANSWER_BYTES) {
        first = first < 0 ? entry.first() : first;
        byte[] encoded = EventCodec.encode(entry.events());
        bytes += encoded.length;
        entries.add(encoded);
      }
    }
    QuorumState quorum = log.quorum();
    tell(ask, new Entries(ask.number(), quorum.leader(), quorum.term(), first, entries));
  }

  private void tellChunk(Ask ask, int offset) {
    byte[] whole = snapshot.bytes();
    byte[] part = Arrays.copyOfRange(whole, offset, Math.min(whole.length, offset + CHUNK_BYTES));
    QuorumState quorum = log.quorum();
    timers.startSingleTimer(Due.DROP_SNAPSHOT, SNAPSHOT_KEPT);
    tell(
        ask,
        new Chunk(
            ask.number(),
            quorum.leader(),
            quorum.term(),
            snapshot.sequence(),
            offset,
            whole.length,
            part));
  }

  private void tell(Ask ask, Answer answer) {
    waiting.remove(ask.replyTo());
    timers.cancel(ask.replyTo());
    ask.replyTo().tell(answer);
  }

  private Behavior<Object> onExpired(Expired expired) {
    Ask ask = waiting.get(expired.follower());
    if (ask != null) {
      QuorumState quorum = log.quorum();
      tell(ask, new Nothing(ask.number(), quorum.leader(), quorum.term()));
    }
    return this;
  }

  private void encode() {
    if (encoding) {
      return;
    }
    encoding = true;
    ClusterImage present = image;
    getContext()
        .pipeToSelf(
            CompletableFuture.supplyAsync(() -> ImageCodec.encode(present), blocking),
            (bytes, failure) -> new Encoded(present.lastSequence(), bytes));
  }

  private Behavior<Object> onEncoded(Encoded encoded) {
    encoding = false;
    if (encoded.bytes() != null) {
      snapshot = encoded;
      timers.startSingleTimer(Due.DROP_SNAPSHOT, SNAPSHOT_KEPT);
      answerWaiting();
    }
    return this;
  }

  private Behavior<Object> onDropSnapshot() {
    snapshot = null;
    return this;
  }
}
