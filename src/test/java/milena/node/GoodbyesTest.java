package milena.node;

import akka.actor.AbstractActor;
import akka.actor.ActorRef;
import akka.actor.ExtendedActorSystem;
import akka.actor.Props;
import akka.actor.SystemGuardian;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.io.Tcp;
import akka.io.TcpMessage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** An actor system ends though a peer of it never closes its half of a connection. */
public class GoodbyesTest extends JUnitSuite {
  // What the system's guardian and those who must have ended before it say to each other.
  private static final Object REGISTER = SystemGuardian.RegisterTerminationHook$.MODULE$;
  private static final Object HOOK = SystemGuardian.TerminationHook$.MODULE$;
  private static final Object DONE = SystemGuardian.TerminationHookDone$.MODULE$;

  /** As Akka's remoting when its control stream is complete: it closes its half, and waits. */
  private static final class HalfClosing extends AbstractActor {
    private final InetSocketAddress peer;
    private final CompletableFuture<Void> connected;
    private ActorRef connection;

    private HalfClosing(InetSocketAddress peer, CompletableFuture<Void> connected) {
      this.peer = peer;
      this.connected = connected;
    }

    @Override
    public void preStart() {
      getContext().actorSelection("/system").tell(REGISTER, getSelf());
      Tcp.get(getContext().getSystem()).manager().tell(TcpMessage.connect(peer), getSelf());
    }

    @Override
    public Receive createReceive() {
      return receiveBuilder()
          .match(
              Tcp.Connected.class,
              message -> {
                connection = getSender();
                connection.tell(TcpMessage.register(getSelf()), getSelf());
                connected.complete(null);
              })
          .match(
              Tcp.ConnectionClosed.class,
              message -> getContext().actorSelection("/system").tell(DONE, getSelf()))
          .matchEquals(HOOK, message -> connection.tell(TcpMessage.confirmedClose(), getSelf()))
          .build();
    }
  }

  @Test
  public void aPeerThatNeverClosesDoesNotHoldUpTheEnd() throws Exception {
    try (ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "half-closed");
      CompletableFuture<Void> connected = new CompletableFuture<>();
      Props props =
          Props.create(
              HalfClosing.class,
              () -> new HalfClosing((InetSocketAddress) peer.getLocalSocketAddress(), connected));
      ((ExtendedActorSystem) Adapter.toClassic(system)).systemActorOf(props, "half-closing");
      connected.get(30, TimeUnit.SECONDS);
      new Goodbyes(Duration.ofSeconds(30)).terminate(system);
    }
  }
}
