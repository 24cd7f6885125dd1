package milena.kafka.api;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Scheduler;
import akka.actor.typed.javadsl.AskPattern;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import milena.broker.controller.Controller;
import milena.broker.controller.Controller.ProducerIdBlock;
import org.apache.kafka.common.protocol.Errors;

/**
 * A node's store of producer ids, filled with blocks from the controller. The next block is asked
 * for while the present one lasts, so that hardly anyone waits; ids that a node did not give away
 * before it stopped are lost, of which there are enough.
 *
 * <p>Used from every event loop: guarded by its lock, which is held for a few instructions.
 */
public final class ProducerIdStock {
  private static final Duration CONTROLLER_TIMEOUT = Duration.ofSeconds(10);

  /** With fewer ids than this left, the next block is asked for. */
  private static final int LOW = 100;

  private static final int WAITING_MAX = 10_000;

  private final ActorRef<Controller.Command> controller;
  private final Scheduler scheduler;
  private final int brokerId;
  private final LongSupplier brokerEpoch;

  private long next;
  private long end;
  private long spareFirst;
  private int spareCount;
  private boolean asking;
  private final ArrayDeque<CompletableFuture<Long>> waiting = new ArrayDeque<>();

  public ProducerIdStock(
      ActorRef<Controller.Command> controller,
      Scheduler scheduler,
      int brokerId,
      LongSupplier brokerEpoch) {
    this.controller = controller;
    this.scheduler = scheduler;
    this.brokerId = brokerId;
    this.brokerEpoch = brokerEpoch;
  }

  /**
   * An id that nobody else gets, ever. Fails with COORDINATOR_LOAD_IN_PROGRESS, which clients
   * retry, when the controller can't be asked.
   */
  public CompletionStage<Long> take() {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    boolean ask;
    synchronized (this) {
      if (next == end && spareCount > 0) {
        next = spareFirst;
        end = spareFirst + spareCount;
        spareCount = 0;
      }
      if (next < end) {
        answer.complete(next++);
      } else if (waiting.size() < WAITING_MAX) {
        waiting.add(answer);
      } else {
        answer.completeExceptionally(Errors.COORDINATOR_LOAD_IN_PROGRESS.exception());
      }
      ask = !asking && spareCount == 0 && end - next < LOW;
      asking |= ask;
    }
    if (ask) {
      ask();
    }
    return answer;
  }

  private void ask() {
    CompletionStage<ProducerIdBlock> block =
        AskPattern.ask(
            controller,
            replyTo ->
                new Controller.AllocateProducerIds(brokerId, brokerEpoch.getAsLong(), replyTo),
            CONTROLLER_TIMEOUT,
            scheduler);
    block.whenComplete(this::arrived);
  }

  private void arrived(ProducerIdBlock block, Throwable failure) {
    boolean got = failure == null && block.outcome().ok() && block.count() > 0;
    ArrayDeque<CompletableFuture<Long>> served = new ArrayDeque<>();
    ArrayDeque<Long> ids = new ArrayDeque<>();
    ArrayDeque<CompletableFuture<Long>> refused = new ArrayDeque<>();
    boolean askAgain;
    synchronized (this) {
      asking = false;
      if (got) {
        spareFirst = block.first();
        spareCount = block.count();
        while (!waiting.isEmpty() && spareCount > 0) {
          served.add(waiting.poll());
          ids.add(spareFirst++);
          spareCount--;
        }
      } else {
        refused.addAll(waiting);
        waiting.clear();
      }
      askAgain = !waiting.isEmpty();
      asking = askAgain;
    }
    // Outside the lock: completing runs whatever waits for it.
    while (!served.isEmpty()) {
      served.poll().complete(ids.poll());
    }
    for (CompletableFuture<Long> one : refused) {
      one.completeExceptionally(Errors.COORDINATOR_LOAD_IN_PROGRESS.exception());
    }
    if (askAgain) {
      ask();
    }
  }
}
