package milena.broker.controller;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import milena.broker.raft.MetadataLog;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;

/**
 * Tells this node's parts of each step of the image, in order and one after another. {@link
 * ImageSource#current} does not wait for it: an image can be read from the moment it is applied, so
 * that whoever was told of a commit sees it.
 */
public final class MetadataSubscriber extends AbstractBehavior<MetadataSubscriber.Command> {

  /** Local: it carries listeners. */
  public sealed interface Command {}

  private enum Applied implements Command {
    INSTANCE
  }

  private record Subscribe(ImageSource.Listener listener) implements Command {}

  private record Cancel(ImageSource.Listener listener) implements Command {}

  private final MetadataLog log;
  private final List<ImageSource.Listener> listeners = new ArrayList<>();
  private ClusterImage told = ClusterImage.EMPTY;

  /**
   * Starts the actor of a node.
   *
   * @param spawn how the node spawns it, for example {@code behavior -> context.spawn(behavior,
   *     "metadata-subscriber")}
   */
  public static ImageSource start(
      MetadataLog log, Function<Behavior<Command>, ActorRef<Command>> spawn) {
    ActorRef<Command> subscriber =
        spawn.apply(Behaviors.setup(context -> new MetadataSubscriber(context, log)));
    return new ImageSource() {
      @Override
      public ClusterImage current() {
        return log.image();
      }

      @Override
      public Subscription subscribe(Listener listener) {
        subscriber.tell(new Subscribe(listener));
        return () -> subscriber.tell(new Cancel(listener));
      }
    };
  }

  private MetadataSubscriber(ActorContext<Command> context, MetadataLog log) {
    super(context);
    this.log = log;
    ActorRef<Command> self = context.getSelf();
    log.observe(
        new MetadataLog.Observer() {
          @Override
          public void onImage(ClusterImage image) {
            self.tell(Applied.INSTANCE);
          }

          @Override
          public void onLeaderReady(long term) {}

          @Override
          public void onLeadershipLost() {}
        });
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Applied.class, this::onApplied)
        .onMessage(Subscribe.class, this::onSubscribe)
        .onMessage(Cancel.class, this::onCancel)
        .build();
  }

  /** Goes straight to the newest image: many steps that came quickly become one. */
  private Behavior<Command> onApplied(Applied applied) {
    ClusterImage before = told;
    ClusterImage now = log.image();
    if (now != before) {
      told = now;
      List.copyOf(listeners).forEach(listener -> tell(listener, before, now));
    }
    return this;
  }

  private Behavior<Command> onSubscribe(Subscribe subscribe) {
    listeners.add(subscribe.listener());
    if (told != ClusterImage.EMPTY) {
      tell(subscribe.listener(), ClusterImage.EMPTY, told);
    }
    return this;
  }

  private Behavior<Command> onCancel(Cancel cancel) {
    listeners.remove(cancel.listener());
    return this;
  }

  /** A listener's failure is its own: the others still hear of the step. */
  private void tell(ImageSource.Listener listener, ClusterImage old, ClusterImage now) {
    try {
      listener.onChange(old, now);
    } catch (RuntimeException e) {
      getContext().getLog().error("A listener failed on image {}", now.lastSequence(), e);
    }
  }
}
