package milena.broker.membership;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import milena.broker.controller.Controller;
import milena.broker.raft.RatisMetadataLog;
import milena.common.CborSerializable;
import milena.metadata.ImageSource;
import milena.metadata.MemberNode;

/**
 * Lets a voter whose directory was empty take part. When most voters are as blank as this one the
 * cluster is new, and all vote. When another knows the cluster, this one has its run announced to
 * the controller while it takes part in nothing; what the controller commits then is known to a
 * majority of the others. From there on it learns, and votes when it has learnt of its own run.
 *
 * <p>Every voter has one, to tell the others how it is.
 */
public final class VoterAdmission extends AbstractBehavior<Object> {
  /** The name of the actor on each voter. */
  public static final String NAME = "voter";

  private static final Duration LOOK = Duration.ofMillis(100);
  private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int LOOKS_BEFORE_WORD = 100;

  /** Asks a voter how it is. */
  public record Ask(ActorRef<Standing> replyTo) implements CborSerializable {}

  /**
   * How a voter is.
   *
   * @param blank whether it knows of no entry, no vote and no term
   * @param leader who leads as far as it knows, -1 for nobody
   */
  public record Standing(int nodeId, boolean blank, int leader) implements CborSerializable {}

  /** How a voter finds the others. */
  public interface Others {
    /** The ids of all other voters. */
    List<Integer> ids();

    /** Where a voter tells how it is. */
    Optional<ActorRef<Ask>> voter(int id);
  }

  private record Heard(Standing standing, long atNanos) {}

  private enum Due {
    LOOK
  }

  private enum Learnt {
    OWN_RUN
  }

  private final TimerScheduler<Object> timers;
  private final RatisMetadataLog log;
  private final MemberNode run;
  private final Others others;
  private final IntFunction<Optional<ActorRef<Controller.Command>>> doors;
  private final boolean mayFound;
  private final Map<Integer, Heard> heard = new HashMap<>();
  private final ImageSource images;
  private int looks;
  private boolean asked;

  /**
   * @param run this run of the node
   * @param doors the way to the controller on each voter
   * @param mayFound whether this node may begin a new cluster: not beside the partitions of another
   */
  public static Behavior<Ask> create(
      RatisMetadataLog log,
      MemberNode run,
      Others others,
      IntFunction<Optional<ActorRef<Controller.Command>>> doors,
      ImageSource images,
      boolean mayFound) {
    return Behaviors.<Object>setup(
            context ->
                Behaviors.withTimers(
                    timers ->
                        new VoterAdmission(
                            context, timers, log, run, others, doors, images, mayFound)))
        .narrow();
  }

  private VoterAdmission(
      ActorContext<Object> context,
      TimerScheduler<Object> timers,
      RatisMetadataLog log,
      MemberNode run,
      Others others,
      IntFunction<Optional<ActorRef<Controller.Command>>> doors,
      ImageSource images,
      boolean mayFound) {
    super(context);
    this.timers = timers;
    this.log = log;
    this.run = run;
    this.others = others;
    this.doors = doors;
    this.images = images;
    this.mayFound = mayFound;
    if (!log.mayVote()) {
      look();
    }
  }

  @Override
  public Receive<Object> createReceive() {
    return newReceiveBuilder()
        .onMessage(Ask.class, this::onAsk)
        .onMessage(Standing.class, this::onStanding)
        .onMessage(Controller.NodeAnnounced.class, this::onAnnounced)
        .onMessage(Due.class, due -> look())
        .onMessage(Learnt.class, learnt -> onLearnt())
        .build();
  }

  private Behavior<Object> onAsk(Ask ask) {
    ask.replyTo().tell(new Standing(run.id(), log.isBlank(), log.quorum().leader()));
    return this;
  }

  private Behavior<Object> look() {
    if (log.isShut()) {
      asked = false;
      for (int id : others.ids()) {
        others.voter(id).ifPresent(each -> each.tell(new Ask(getContext().getSelf().narrow())));
      }
      timers.startSingleTimer(Due.LOOK, LOOK);
      if (++looks % LOOKS_BEFORE_WORD == 0) {
        getContext()
            .getLog()
            .warn(
                "The directory of the metadata log is empty. This voter waits until the others can"
                    + " tell whether the cluster is new, or let it in: most voters must run for"
                    + " that, and those heard of are {} of {}.",
                heard.keySet(),
                others.ids());
      }
    }
    return this;
  }

  private Behavior<Object> onStanding(Standing standing) {
    if (!log.isShut()) {
      return this;
    }
    long now = System.nanoTime();
    heard.put(standing.nodeId(), new Heard(standing, now));
    heard.values().removeIf(each -> now - each.atNanos() > FRESH_NANOS);
    long blanks = 1 + heard.values().stream().filter(each -> each.standing().blank()).count();
    boolean allBlank = blanks == 1 + heard.size();
    if (mayFound && allBlank && blanks > (1 + others.ids().size()) / 2) {
      vote("begins a new cluster with the others");
    } else if (standing.leader() >= 0 && !asked) {
      asked = true;
      doors
          .apply(standing.leader())
          .ifPresent(
              door -> door.tell(new Controller.AnnounceNode(run, getContext().getSelf().narrow())));
    }
    return this;
  }

  /** The run is committed, and not by this voter's help: it has given none. */
  private Behavior<Object> onAnnounced(Controller.NodeAnnounced announced) {
    if (announced.outcome().ok() && log.isShut()) {
      getContext().getLog().info("This voter was blank; it learns the metadata before it votes");
      log.learn();
      ActorRef<Object> self = getContext().getSelf();
      images.subscribe(
          (old, now) -> {
            if (now.membership().isPresent(run.id(), run.uid())) {
              self.tell(Learnt.OWN_RUN);
            }
          });
    }
    return this;
  }

  private Behavior<Object> onLearnt() {
    if (!log.mayVote()) {
      vote("has learnt what the others know");
    }
    return this;
  }

  private void vote(String why) {
    try {
      log.vote();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    getContext().getLog().info("This voter {}, and votes from now on", why);
  }
}
