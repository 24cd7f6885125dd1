package milena.broker.membership;

import akka.actor.AbstractActorWithTimers;
import akka.actor.ActorRef;
import akka.actor.Props;
import akka.io.Tcp;
import akka.io.TcpMessage;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import milena.broker.controller.Controller;
import milena.metadata.BrokerImage;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.MemberNode;

/**
 * Holds a line to every other broker that is let in, on which nothing is ever said: when a process
 * dies its machine hangs up, sooner than any silence would tell. The controller is told, again and
 * again as long as the line can't be had back and the image doesn't know, since it may be the
 * controller who died. What becomes of it is the controller's to find out.
 */
public final class PeerWatch extends AbstractActorWithTimers {
  private static final Duration AGAIN = Duration.ofMillis(200);

  private final int nodeId;
  private final String listener;
  private final akka.actor.typed.ActorRef<Controller.Command> controller;
  private final Map<Peer, ActorRef> lines = new HashMap<>();

  private record Peer(int id, long uid, String host, int port) {}

  private record Changed(ClusterImage image) {}

  /**
   * @param listener the name of the listener that brokers use among themselves
   */
  public static Props props(
      int nodeId,
      String listener,
      akka.actor.typed.ActorRef<Controller.Command> controller,
      ImageSource images) {
    return Props.create(PeerWatch.class, () -> new PeerWatch(nodeId, listener, controller, images));
  }

  private PeerWatch(
      int nodeId,
      String listener,
      akka.actor.typed.ActorRef<Controller.Command> controller,
      ImageSource images) {
    this.nodeId = nodeId;
    this.listener = listener;
    this.controller = controller;
    ActorRef self = getSelf();
    images.subscribe(
        (old, now) -> {
          if (old.brokers() != now.brokers() || old.membership() != now.membership()) {
            self.tell(new Changed(now), ActorRef.noSender());
          }
        });
  }

  @Override
  public Receive createReceive() {
    return receiveBuilder().match(Changed.class, changed -> follow(changed.image())).build();
  }

  private void follow(ClusterImage image) {
    Map<Peer, BrokerImage> wanted = new HashMap<>();
    for (BrokerImage broker : image.brokers().values()) {
      MemberNode run = image.membership().nodes().get(broker.id());
      Endpoint endpoint = broker.listeners().get(listener);
      if (broker.id() != nodeId && broker.active() && run != null && endpoint != null) {
        wanted.put(new Peer(broker.id(), run.uid(), endpoint.host(), endpoint.port()), broker);
      }
    }
    lines
        .entrySet()
        .removeIf(
            line -> {
              boolean unwanted = !wanted.containsKey(line.getKey());
              if (unwanted) {
                getContext().stop(line.getValue());
              }
              return unwanted;
            });
    for (Peer peer : wanted.keySet()) {
      lines.computeIfAbsent(
          peer,
          unheld ->
              getContext().actorOf(Props.create(Line.class, () -> new Line(peer, controller))));
    }
  }

  /** The line to one peer, until it is stopped. */
  private static final class Line extends AbstractActorWithTimers {
    private final Peer peer;
    private final akka.actor.typed.ActorRef<Controller.Command> controller;

    private enum Due {
      DIAL
    }

    Line(Peer peer, akka.actor.typed.ActorRef<Controller.Command> controller) {
      this.peer = peer;
      this.controller = controller;
      dial();
    }

    private void dial() {
      Tcp.get(getContext().getSystem())
          .manager()
          .tell(TcpMessage.connect(new InetSocketAddress(peer.host(), peer.port())), getSelf());
    }

    @Override
    public Receive createReceive() {
      return receiveBuilder()
          .match(
              Tcp.Connected.class,
              connected -> getSender().tell(TcpMessage.register(getSelf()), getSelf()))
          .match(Tcp.ConnectionClosed.class, closed -> broken())
          .match(Tcp.CommandFailed.class, failed -> broken())
          .matchEquals(Due.DIAL, due -> dial())
          .matchAny(other -> {})
          .build();
    }

    private void broken() {
      controller.tell(new Controller.SuspectNode(peer.id(), peer.uid()));
      getTimers().startSingleTimer(Due.DIAL, Due.DIAL, AGAIN);
    }
  }
}
