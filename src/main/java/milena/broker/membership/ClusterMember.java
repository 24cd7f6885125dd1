package milena.broker.membership;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.UniqueAddress;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.cluster.typed.SelfUp;
import akka.cluster.typed.Subscribe;
import java.time.Duration;
import java.util.List;
import milena.broker.controller.Controller;
import milena.broker.controller.Controller.AnnounceNode;
import milena.broker.controller.Controller.NodeAnnounced;
import milena.metadata.ImageSource;
import milena.metadata.MemberNode;
import milena.metadata.MembershipImage;

/**
 * Brings this run of the node into the actor cluster.
 *
 * <pre>
 *   ANNOUNCED --named the seed: begins; else joins through a member--> UP
 *   (any) --the metadata says that this run is gone--> (tells, and is silent)
 * </pre>
 *
 * It announces the run to the controller over and over, as its sign of life.
 */
public final class ClusterMember extends AbstractBehavior<ClusterMember.Command> {

  /** Local. */
  public sealed interface Command {}

  private record Up() implements Command {}

  private record Changed(MembershipImage membership) implements Command {}

  private enum Due implements Command {
    SIGN_OF_LIFE,
    JOIN
  }

  /**
   * How often to speak and to try.
   *
   * @param sign between two signs of life of a member
   * @param join between two attempts to join, and two signs of life until then
   */
  public record Timing(Duration sign, Duration join) {}

  /** Told once of each. */
  public interface Listener {
    /** This run is a member now. */
    void onUp();

    /** The cluster has buried this run: it must end, and the node may begin another. */
    void onExpelled();
  }

  private final TimerScheduler<Command> timers;
  private final Timing timing;
  private final ActorRef<Controller.Command> controller;
  private final Listener listener;
  private final Cluster cluster;
  private final ActorRef<NodeAnnounced> answers;
  private MemberNode self;
  private MembershipImage membership = MembershipImage.EMPTY;
  private int attempts;

  /**
   * @param listener called from this actor
   */
  public static Behavior<Command> create(
      int nodeId,
      Timing timing,
      ActorRef<Controller.Command> controller,
      ImageSource images,
      Listener listener) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new ClusterMember(
                        context, timers, nodeId, timing, controller, images, listener)));
  }

  /** How this run of the node is known to the others. */
  public static MemberNode runOf(int nodeId, Cluster cluster) {
    UniqueAddress unique = cluster.selfMember().uniqueAddress();
    return new MemberNode(
        nodeId,
        unique.address().host().get(),
        (Integer) unique.address().port().get(),
        unique.longUid(),
        false);
  }

  private ClusterMember(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      int nodeId,
      Timing timing,
      ActorRef<Controller.Command> controller,
      ImageSource images,
      Listener listener) {
    super(context);
    this.timers = timers;
    this.timing = timing;
    this.controller = controller;
    this.listener = listener;
    this.cluster = Cluster.get(context.getSystem());
    this.self = runOf(nodeId, cluster);
    // What became of it is in the images: answers needn't come.
    this.answers = context.getSystem().ignoreRef();
    cluster
        .subscriptions()
        .tell(Subscribe.create(context.messageAdapter(SelfUp.class, up -> new Up()), SelfUp.class));
    ActorRef<Command> here = context.getSelf();
    images.subscribe(
        (old, now) -> {
          if (!now.membership().equals(old.membership())) {
            here.tell(new Changed(now.membership()));
          }
        });
    announce();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Due.class, this::onDue)
        .onMessage(Changed.class, this::onChanged)
        .onMessage(Up.class, up -> onUp())
        .build();
  }

  private void announce() {
    controller.tell(new AnnounceNode(self, answers));
    timers.startSingleTimer(Due.SIGN_OF_LIFE, self.joined() ? timing.sign() : timing.join());
  }

  private Behavior<Command> onDue(Due what) {
    if (what == Due.SIGN_OF_LIFE) {
      announce();
    } else if (!self.joined()) {
      join();
    }
    return this;
  }

  private Behavior<Command> onChanged(Changed changed) {
    boolean firstIsIn = !hasMember(membership) && hasMember(changed.membership());
    membership = changed.membership();
    if (membership.isGone(self.uid())) {
      getContext().getLog().warn("This run of the node counts as dead in its cluster");
      listener.onExpelled();
      return Behaviors.ignore();
    }
    // One that is about to begin the cluster hears nobody; from when it has, a knock is answered.
    if (!self.joined() && (firstIsIn || !timers.isTimerActive(Due.JOIN))) {
      join();
    }
    return this;
  }

  private static boolean hasMember(MembershipImage membership) {
    return membership.nodes().values().stream().anyMatch(MemberNode::joined);
  }

  /** Begins the cluster when it is this run's to begin; else knocks at one door after another. */
  private void join() {
    if (!membership.isPresent(self.id(), self.uid())) {
      return;
    }
    if (membership.seedUid() == self.uid()) {
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
      return;
    }
    List<MemberNode> doors =
        membership.doors().stream().filter(node -> node.id() != self.id()).toList();
    if (!doors.isEmpty()) {
      MemberNode door = doors.get(attempts++ % doors.size());
      Address own = cluster.selfMember().address();
      cluster
          .manager()
          .tell(Join.create(new Address(own.protocol(), own.system(), door.host(), door.port())));
      timers.startSingleTimer(Due.JOIN, timing.join());
    }
  }

  private Behavior<Command> onUp() {
    self = self.asJoined();
    timers.cancel(Due.JOIN);
    announce();
    listener.onUp();
    return this;
  }
}
