package milena.streams.link;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ClusterEvent.ClusterDomainEvent;
import akka.cluster.ClusterEvent.MemberEvent;
import akka.cluster.ClusterEvent.ReachabilityEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import akka.util.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import milena.streams.link.StreamMessage.Answer;
import milena.streams.link.StreamMessage.Ask;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Sends a program's requests to the gateways of brokers, which it finds among the members of the
 * actor cluster, and hands out the answers. What was asked of a broker that is lost fails at once;
 * what is not answered in time fails then. How much may be under way is the askers' affair: each of
 * a stream's partitions has one read and a few writes.
 */
public final class StreamLink extends AbstractBehavior<StreamLink.Command> {
  /** Its name below the guardian, for the settings of remoting. */
  public static final String NAME = "streams-link";

  private static final String BROKER = "broker-";
  private static final Duration LOOK = Duration.ofMillis(200);

  /** Local. */
  public sealed interface Command {}

  /**
   * @param broker its id, or {@link BrokerLink#ANY}
   */
  record Send(int broker, ByteString request, Duration timeout, CompletableFuture<ByteString> done)
      implements Command {}

  private record Arrived(StreamMessage message) implements Command {}

  private record Changed() implements Command {}

  private enum Look implements Command {
    INSTANCE
  }

  private static final class Pending {
    final int broker;
    final long deadlineNanos;
    final CompletableFuture<ByteString> done;
    final Parts parts = new Parts();

    Pending(int broker, long deadlineNanos, CompletableFuture<ByteString> done) {
      this.broker = broker;
      this.deadlineNanos = deadlineNanos;
      this.done = done;
    }
  }

  private final Cluster cluster;
  private final ActorRefResolver resolver;
  private final ActorRef<StreamMessage> answers;
  private final Map<Integer, ActorRef<StreamMessage>> gateways = new HashMap<>();
  private final Map<Integer, Address> addresses = new HashMap<>();
  private final Map<Long, Pending> pending = new HashMap<>();
  private final TimerScheduler<Command> timers;
  private long lastId;
  private int turn;

  private StreamLink(ActorContext<Command> context, TimerScheduler<Command> timers) {
    super(context);
    this.cluster = Cluster.get(context.getSystem());
    this.resolver = ActorRefResolver.get(context.getSystem());
    this.answers = context.messageAdapter(StreamMessage.class, Arrived::new);
    hear(MemberEvent.class);
    hear(ReachabilityEvent.class);
    this.timers = timers;
    onChanged();
  }

  private <E extends ClusterDomainEvent> void hear(Class<E> event) {
    cluster
        .subscriptions()
        .tell(Subscribe.create(getContext().messageAdapter(event, any -> new Changed()), event));
  }

  /** The link of an actor system that is a member of the cluster, or about to become one. */
  public static Behavior<Command> create() {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new StreamLink(context, timers)));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Send.class, this::onSend)
        .onMessage(Arrived.class, this::onArrived)
        .onMessage(Changed.class, changed -> onChanged())
        .onMessage(Look.class, due -> onLook())
        .onSignal(PostStop.class, stop -> onStop())
        .build();
  }

  private Behavior<Command> onSend(Send send) {
    int broker = send.broker() == BrokerLink.ANY ? anyBroker() : send.broker();
    ActorRef<StreamMessage> gateway = gateways.get(broker);
    if (gateway == null) {
      send.done().completeExceptionally(lost(send.broker()));
      return this;
    }
    long id = ++lastId;
    pending.put(id, new Pending(broker, System.nanoTime() + send.timeout().toNanos(), send.done()));
    lookSoon();
    int parts = StreamMessage.partsOf(send.request());
    for (int part = 0; part < parts; part++) {
      gateway.tell(new Ask(id, answers, part, parts, StreamMessage.part(send.request(), part)));
    }
    return this;
  }

  private int anyBroker() {
    List<Integer> known = new ArrayList<>(gateways.keySet());
    return known.isEmpty() ? BrokerLink.ANY : known.get(Math.floorMod(turn++, known.size()));
  }

  private Behavior<Command> onArrived(Arrived arrived) {
    if (arrived.message() instanceof Answer answer) {
      Pending asked = pending.get(answer.id());
      ByteString whole = asked == null ? null : asked.parts.add(answer);
      if (whole != null) {
        pending.remove(answer.id());
        asked.done.complete(whole);
      }
    }
    return this;
  }

  /** The state may say so only a little later than the event. */
  private Behavior<Command> onChanged() {
    look();
    lookSoon();
    return this;
  }

  private void lookSoon() {
    if (!timers.isTimerActive(Look.INSTANCE)) {
      timers.startSingleTimer(Look.INSTANCE, LOOK);
    }
  }

  /** Which brokers can be reached now, by the state of the cluster as this member sees it. */
  private void look() {
    Map<Integer, Address> now = new HashMap<>();
    for (Member member : cluster.state().getMembers()) {
      boolean usable =
          member.status() == MemberStatus.up()
              && !cluster.state().getUnreachable().contains(member);
      if (usable) {
        for (String role : member.getRoles()) {
          if (role.startsWith(BROKER)) {
            now.put(Integer.parseInt(role.substring(BROKER.length())), member.address());
          }
        }
      }
    }
    if (!now.equals(addresses)) {
      for (int broker : addresses.keySet()) {
        if (!addresses.get(broker).equals(now.get(broker))) {
          gateways.remove(broker);
          failAllOf(broker);
        }
      }
      now.forEach(
          (broker, address) ->
              gateways.computeIfAbsent(
                  broker, id -> resolver.resolveActorRef(address + "/user/" + StreamGateway.NAME)));
      addresses.clear();
      addresses.putAll(now);
    }
  }

  private void failAllOf(int broker) {
    List<Pending> lost = new ArrayList<>();
    Iterator<Pending> all = pending.values().iterator();
    while (all.hasNext()) {
      Pending each = all.next();
      if (each.broker == broker) {
        all.remove();
        lost.add(each);
      }
    }
    lost.forEach(each -> each.done.completeExceptionally(lost(broker)));
  }

  private Behavior<Command> onLook() {
    look();
    long now = System.nanoTime();
    List<Pending> late = new ArrayList<>();
    Iterator<Pending> all = pending.values().iterator();
    while (all.hasNext()) {
      Pending each = all.next();
      if (each.deadlineNanos - now < 0) {
        all.remove();
        late.add(each);
      }
    }
    late.forEach(
        each ->
            each.done.completeExceptionally(
                new TimeoutException("Broker " + each.broker + " did not answer in time")));
    if (!pending.isEmpty()) {
      lookSoon();
    }
    return this;
  }

  private Behavior<Command> onStop() {
    List<Pending> left = List.copyOf(pending.values());
    pending.clear();
    left.forEach(each -> each.done.completeExceptionally(lost(each.broker)));
    return this;
  }

  private static DisconnectException lost(int broker) {
    return new DisconnectException(
        broker == BrokerLink.ANY
            ? "No broker can be reached"
            : "Broker " + broker + " can't be reached");
  }
}
