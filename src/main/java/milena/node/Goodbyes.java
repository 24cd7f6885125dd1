package milena.node;

import akka.Done;
import akka.actor.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.typed.Cluster;
import akka.io.TcpMessage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import milena.broker.controller.BrokerLifecycle;
import milena.broker.controller.Controller;
import milena.broker.membership.ClusterMember;
import milena.broker.partition.ReplicaReconciler;
import milena.metadata.MemberNode;

/**
 * What a node that stops says to others and waits for.
 *
 * @param patience how long each may take
 */
record Goodbyes(Duration patience) {
  private static final Duration WITHDRAW_PATIENCE = Duration.ofSeconds(5);
  private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(1);
  private static final Duration DISCONNECT_PATIENCE = Duration.ofSeconds(3);
  private static final Duration MARGIN = Duration.ofSeconds(1);

  /** Has the controller take the leaderships from this broker. */
  void deregister(NodeParts parts) throws Exception {
    await(
        AskPattern.<BrokerLifecycle.Command, Done>ask(
            parts.lifecycle(), BrokerLifecycle.Stop::new, patience, parts.system().scheduler()));
  }

  /** Closes all replicas. */
  void closeReplicas(NodeParts parts) throws Exception {
    await(
        AskPattern.<ReplicaReconciler.Command, ReplicaReconciler.AllStopped>ask(
            parts.reconciler(),
            replyTo -> new ReplicaReconciler.StopAll(true, replyTo),
            patience,
            parts.system().scheduler()));
  }

  /**
   * Closes the replicas of a run that counts as dead. Akka may end its actor system meanwhile, and
   * with that the way to them: they close as a crash would then, and the next run recovers them.
   */
  void closeReplicasIfPossible(NodeParts parts) throws Exception {
    CompletionStage<ReplicaReconciler.AllStopped> stopped =
        AskPattern.ask(
            parts.reconciler(),
            replyTo -> new ReplicaReconciler.StopAll(true, replyTo),
            WITHDRAW_PATIENCE,
            parts.system().scheduler());
    await(
        CompletableFuture.anyOf(
            stopped.handle((all, late) -> all).toCompletableFuture(),
            parts.system().getWhenTerminated().toCompletableFuture()));
  }

  /** Lets the others know that this run ends, so that nobody has to find out. */
  void leave(NodeCore core) throws Exception {
    MemberNode run = ClusterMember.runOf(core.config().nodeId(), Cluster.get(core.system()));
    if (core.images().current().membership().nodes().size() > 1) {
      await(
          AskPattern.<Controller.Command, Controller.NodeEnded>ask(
                  core.controller(),
                  replyTo -> new Controller.NodeEnds(run.id(), run.uid(), replyTo),
                  LEAVE_PATIENCE,
                  core.system().scheduler())
              .handle((ended, failure) -> ended));
    }
  }

  /**
   * Ends an actor system, and with it the connections of Akka's remoting. Most of them are aborted,
   * but now and then a control stream ends as one that is complete: then only our half of its
   * connection closes, and a peer that stands still would never close the other. So what is left
   * once others have had the time to answer is aborted too.
   */
  void terminate(ActorSystem<?> system) throws Exception {
    system.terminate();
    CompletableFuture<Done> terminated = system.getWhenTerminated().toCompletableFuture();
    try {
      terminated.get(DISCONNECT_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      Adapter.toClassic(system)
          .actorSelection("/system/IO-TCP/selectors/*/*")
          .tell(TcpMessage.abort(), ActorRef.noSender());
      await(terminated);
    }
  }

  private <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(patience.plus(MARGIN).toMillis(), TimeUnit.MILLISECONDS);
  }
}
