package milena.broker.membership;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import milena.broker.controller.Controller;
import milena.broker.raft.RaftEndpoint;
import milena.broker.raft.RatisMetadataLog;
import milena.common.CborSerializable;
import milena.metadata.ImageSource;
import milena.metadata.MemberNode;

/**
 * Lets a voter whose directory was empty take part. When no voter has anything of a cluster, this
 * one is new, and all vote ({@link Founding}). When another knows the cluster, this one has its run
 * announced to the controller while it takes part in nothing; what the controller commits then is
 * known to a majority of the others. From there on it learns, and votes when it has learnt of its
 * own run.
 *
 * <p>Every voter has one, to tell the others how it is.
 */
public final class VoterAdmission extends AbstractBehavior<Object> {
  /** The name of the actor on each voter. */
  public static final String NAME = "voter";

  private static final Duration LOOK = Duration.ofMillis(100);
  private static final int LOOKS_BEFORE_WORD = 100;

  /**
   * Asks a voter how it is.
   *
   * @param asker how the one is that asks
   */
  public record Ask(Standing asker, ActorRef<Standing> replyTo) implements CborSerializable {}

  /**
   * How a voter is.
   *
   * @param knowsNothing whether it has no entry of the log, and no partition of an earlier cluster
   * @param leader who leads as far as it knows, -1 for nobody
   */
  public record Standing(int nodeId, boolean knowsNothing, int leader)
      implements CborSerializable {}

  /** How a voter finds the others. */
  public interface Others {
    /** The ids of all other voters. */
    List<Integer> ids();

    /** Where a voter tells how it is. */
    Optional<ActorRef<Ask>> voter(int id);
  }

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
  private final Founding founding;
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
    context.setLoggerName(VoterAdmission.class);
    this.timers = timers;
    this.log = log;
    this.run = run;
    this.others = others;
    this.doors = doors;
    this.images = images;
    this.mayFound = mayFound;
    this.founding = new Founding(others.ids());
    if (!log.mayVote()) {
      look();
    } else {
      askOthers();
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
    ask.replyTo().tell(standing());
    return onStanding(ask.asker());
  }

  private Standing standing() {
    return new Standing(run.id(), knowsNothing(), log.quorum().leader());
  }

  private boolean knowsNothing() {
    return log.isEmpty() && mayFound;
  }

  private Behavior<Object> look() {
    if (log.isShut()) {
      asked = false;
      askOthers();
      timers.startSingleTimer(Due.LOOK, LOOK);
      if (++looks % LOOKS_BEFORE_WORD == 0) {
        tellWhatIsMissing();
      }
    }
    return this;
  }

  /**
   * Whoever may vote asks as well, once: remoting lets the others speak to a run that they know.
   */
  private void askOthers() {
    Ask ask = new Ask(standing(), getContext().getSelf().narrow());
    for (int id : others.ids()) {
      others.voter(id).ifPresent(each -> each.tell(ask));
    }
  }

  private void tellWhatIsMissing() {
    long now = System.nanoTime();
    List<Integer> knowing = new ArrayList<>(founding.knowing(now));
    if (!mayFound) {
      knowing.add(run.id());
    }
    if (knowing.isEmpty()) {
      getContext()
          .getLog()
          .warn(
              "The directory of the metadata log is empty. A new cluster begins when all its voters"
                  + " have been started; of {}, nothing is heard of {}.",
              others.ids(),
              founding.silent(now));
    } else {
      getContext()
          .getLog()
          .warn(
              "The directory of the metadata log is empty, but the voters {} have something of a"
                  + " cluster. This one is let in when they elect a leader: start those that say"
                  + " nothing, {}, on their disks. If most voters have lost theirs, see"
                  + " docs/reliability.md.",
              knowing,
              founding.silent(now));
    }
  }

  private Behavior<Object> onStanding(Standing standing) {
    if (!log.isShut()) {
      return this;
    }
    long now = System.nanoTime();
    founding.hear(standing, now);
    if (knowsNothing() && founding.isNew(now)) {
      vote("begins a new cluster with the others");
      if (others.ids().stream().allMatch(id -> run.id() < id)) {
        // What voters wait before they stand keeps several from doing so at once; here one is
        // named.
        getContext()
            .getSystem()
            .dispatchers()
            .lookup(DispatcherSelector.fromConfig(RaftEndpoint.BLOCKING))
            .execute(log::standFirst);
      }
    } else if (!asked) {
      founding.leader(now).ifPresent(this::announce);
    }
    return this;
  }

  private void announce(int leader) {
    asked = true;
    doors
        .apply(leader)
        .ifPresent(
            door -> door.tell(new Controller.AnnounceNode(run, getContext().getSelf().narrow())));
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
