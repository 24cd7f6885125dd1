package milena.node;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.dispatch.ExecutionContexts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import scala.concurrent.ExecutionContext;

/**
 * What carries the work of a run of a node: its actors, its timer and its sockets. What an executor
 * is given runs between the node's own work, so whoever keeps all threads of one busy lets that
 * part of the node stand still: this is how a test kit pauses a node and cuts it off. The metadata
 * log's own threads are not among them; what they have to say leaves through the actors.
 *
 * @param network nothing comes in or goes out without these, if the control stream of Akka's
 *     remoting is set to run beside its other streams
 * @param inner all others
 */
public record NodeExecutors(List<Executor> network, List<Executor> inner) {
  private static final String REMOTING = "akka.remote.default-remote-dispatcher";
  private static final List<String> ACTORS =
      List.of(
          "akka.actor.default-dispatcher",
          "akka.actor.internal-dispatcher",
          "milena.partition-dispatcher",
          "milena.coordinator-dispatcher",
          "milena.blocking-dispatcher",
          "milena.read-ahead-dispatcher",
          "milena.raft-dispatcher");

  private static final ExecutionContext AT_ONCE = ExecutionContexts.fromExecutor(Runnable::run);

  /** One turn of the timer's wheel. */
  private static final Duration SOON = Duration.ofMillis(1);

  static NodeExecutors of(ActorSystem<?> system, List<Executor> eventLoops) {
    List<Executor> network = new ArrayList<>(eventLoops);
    network.add(dispatcher(system, REMOTING));
    List<Executor> inner = new ArrayList<>();
    inner.add(command -> system.scheduler().scheduleOnce(SOON, command, AT_ONCE));
    ACTORS.forEach(name -> inner.add(dispatcher(system, name)));
    return new NodeExecutors(List.copyOf(network), List.copyOf(inner));
  }

  static Executor dispatcher(ActorSystem<?> system, String name) {
    return system.dispatchers().lookup(DispatcherSelector.fromConfig(name));
  }
}
