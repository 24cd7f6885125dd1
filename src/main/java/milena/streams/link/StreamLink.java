package milena.streams.link;

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
import akka.cluster.UniqueAddress;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import akka.util.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import milena.streams.link.StreamMessage.Answer;
import milena.streams.link.StreamMessage.Ask;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;

/**
 * Sends a program's requests to the gateways of brokers, which it finds among the members of the
 * actor cluster, and hands out the answers. What was asked of a broker that is lost, or fenced by
 * the cluster's controller, fails at once; what is not answered in time fails then. How much may be
 * under way is the askers' affair: each of a stream's partitions has one read and a few writes.
 */
public final class StreamLink extends AbstractBehavior<StreamLink.Command> {
  /** Its name below the guardian, for the settings of remoting. */
  public static final String NAME = "streams-link";

  private static final String BROKER = "broker-";
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final short INQUIRY_VERSION = 12;
  private static final Duration INQUIRY_TIMEOUT = Outstanding.PATIENCE;

  /** Local. */
  public sealed interface Command {}

  /**
   * @param broker its id, or {@link BrokerLink#ANY}
   * @param grace what the broker may take without anything being wrong
   * @param timeout after what time it fails
   */
  record Send(
      int broker,
      ByteString request,
      Duration grace,
      Duration timeout,
      CompletableFuture<ByteString> done)
      implements Command {}

  private record Arrived(StreamMessage message) implements Command {}

  private record Changed() implements Command {}

  private enum Look implements Command {
    INSTANCE
  }

  /** The brokers that the cluster counts on, as one of them has said. */
  private record InService(Set<Integer> brokers) implements Command {}

  private final Cluster cluster;
  private final ActorRefResolver resolver;
  private final ActorRef<StreamMessage> answers;
  private final Map<Integer, ActorRef<StreamMessage>> gateways = new HashMap<>();
  private final Map<Integer, UniqueAddress> runs = new HashMap<>();
  private final Outstanding outstanding = new Outstanding();
  private final OpenAnswers open;
  private final TimerScheduler<Command> timers;
  private boolean isInquiring;
  private int turn;

  private StreamLink(
      ActorContext<Command> context, TimerScheduler<Command> timers, OpenAnswers open) {
    super(context);
    this.open = open;
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

  /**
   * The link of an actor system that is a member of the cluster, or about to become one.
   *
   * @param open the answers that are waited for, which end with it
   */
  public static Behavior<Command> create(OpenAnswers open) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new StreamLink(context, timers, open)));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Send.class, this::onSend)
        .onMessage(Arrived.class, this::onArrived)
        .onMessage(Changed.class, changed -> onChanged())
        .onMessage(Look.class, due -> onLook())
        .onMessage(InService.class, this::onInService)
        .onSignal(PostStop.class, stop -> onStop())
        .build();
  }

  private Behavior<Command> onSend(Send send) {
    int broker = send.broker() == BrokerLink.ANY ? anyBroker() : send.broker();
    ActorRef<StreamMessage> gateway = gateways.get(broker);
    if (gateway == null) {
      send.done().completeExceptionally(Outstanding.lost(send.broker()));
      return this;
    }
    long id = outstanding.add(broker, System.nanoTime(), send.grace(), send.timeout(), send.done());
    lookSoon();
    int parts = StreamMessage.partsOf(send.request());
    for (int part = 0; part < parts; part++) {
      gateway.tell(new Ask(id, answers, part, parts, StreamMessage.part(send.request(), part)));
    }
    return this;
  }

  /** One after another, of those that are not suspected if there are any. */
  private int anyBroker() {
    List<Integer> known = new ArrayList<>(gateways.keySet());
    if (!known.stream().allMatch(outstanding::isSuspect)) {
      known.removeIf(outstanding::isSuspect);
    }
    return known.isEmpty() ? BrokerLink.ANY : known.get(Math.floorMod(turn++, known.size()));
  }

  private Behavior<Command> onArrived(Arrived arrived) {
    if (arrived.message() instanceof Answer answer) {
      outstanding.arrived(answer, System.nanoTime());
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
    Map<Integer, UniqueAddress> now = new HashMap<>();
    for (Member member : cluster.state().getMembers()) {
      boolean usable =
          member.status() == MemberStatus.up()
              && !cluster.state().getUnreachable().contains(member);
      if (usable) {
        for (String role : member.getRoles()) {
          if (role.startsWith(BROKER)) {
            now.put(Integer.parseInt(role.substring(BROKER.length())), member.uniqueAddress());
          }
        }
      }
    }
    if (!now.equals(runs)) {
      for (int broker : runs.keySet()) {
        if (!runs.get(broker).equals(now.get(broker))) {
          gateways.remove(broker);
          outstanding.forget(broker);
          outstanding.failAllOf(broker);
        }
      }
      now.forEach(
          (broker, run) ->
              gateways.computeIfAbsent(
                  broker,
                  id -> resolver.resolveActorRef(run.address() + "/user/" + StreamGateway.NAME)));
      runs.clear();
      runs.putAll(now);
    }
  }

  private Behavior<Command> onLook() {
    look();
    long now = System.nanoTime();
    outstanding.failLate(now);
    Set<Integer> quiet = outstanding.quiet(now);
    if (!quiet.isEmpty() && !isInquiring) {
      inquire(quiet);
    }
    if (!outstanding.isEmpty()) {
      lookSoon();
    }
    return this;
  }

  /**
   * Asks another broker which ones the cluster counts on: a crash is known to the controller long
   * before the members of an actor cluster agree that one of them is gone.
   */
  private void inquire(Set<Integer> quiet) {
    List<Integer> others = new ArrayList<>(gateways.keySet());
    others.removeAll(quiet);
    if (others.isEmpty()) {
      // None answers in time, but one of them may be the slower for all that it has to do.
      others.addAll(gateways.keySet());
    }
    if (others.isEmpty()) {
      return;
    }
    int other = others.get(Math.floorMod(turn++, others.size()));
    isInquiring = true;
    MetadataRequestData request = new MetadataRequestData().setTopics(List.of());
    ActorRef<Command> self = getContext().getSelf();
    CompletableFuture<ByteString> answer = new CompletableFuture<>();
    answer
        .thenApply(bytes -> Payloads.called(bytes, request.apiKey(), INQUIRY_VERSION))
        .whenComplete(
            (told, failure) -> {
              Set<Integer> inService = new HashSet<>();
              if (failure == null) {
                ((MetadataResponseData) told)
                    .brokers()
                    .forEach(broker -> inService.add(broker.nodeId()));
              }
              self.tell(new InService(inService));
            });
    Payloads.Call call = new Payloads.Call("streams-link", INQUIRY_VERSION, request);
    onSend(new Send(other, Payloads.of(call), Duration.ZERO, INQUIRY_TIMEOUT, answer));
  }

  /** What a broker that is fenced was asked goes to whoever leads in its place. */
  private Behavior<Command> onInService(InService inService) {
    isInquiring = false;
    if (!inService.brokers().isEmpty()) {
      for (int broker : outstanding.quiet(System.nanoTime())) {
        if (!inService.brokers().contains(broker)) {
          outstanding.failAllOf(broker);
        }
      }
    }
    return this;
  }

  private Behavior<Command> onStop() {
    open.close();
    return this;
  }
}
