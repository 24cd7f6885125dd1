package milena.streams.javadsl;

import akka.Done;
import akka.NotUsed;
import akka.japi.Pair;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.FlowWithContext;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import java.util.concurrent.CompletionStage;
import milena.streams.CommitterSettings;
import milena.streams.ConsumerMessage;
import milena.streams.ConsumerMessage.Committable;
import milena.streams.ConsumerMessage.CommittableOffsetBatch;

/** Commits the offsets that flow in, many at a time. A commit that fails fails the stream. */
public final class Committer {
  private Committer() {}

  /** Commits, and tells of each batch that is committed. */
  public static <C extends Committable> Flow<C, Done, NotUsed> flow(CommitterSettings settings) {
    return Committer.<C>batchFlow(settings).map(batch -> Done.getInstance());
  }

  /** Commits, and gives each batch that is committed. */
  public static <C extends Committable> Flow<C, CommittableOffsetBatch, NotUsed> batchFlow(
      CommitterSettings settings) {
    return Flow.<C>create()
        .groupedWithin(Math.toIntExact(settings.maxBatch()), settings.maxInterval())
        .map(ConsumerMessage::createCommittableOffsetBatch)
        .mapAsync(settings.parallelism(), batch -> batch.commitInternal().thenApply(done -> batch));
  }

  /** Commits what the elements have as their context. */
  public static <E, C extends Committable>
      FlowWithContext<E, C, NotUsed, CommittableOffsetBatch, NotUsed> flowWithOffsetContext(
          CommitterSettings settings) {
    Flow<Pair<E, C>, Pair<NotUsed, CommittableOffsetBatch>, NotUsed> flow =
        Flow.<Pair<E, C>>create()
            .map(Pair::second)
            .via(Committer.<C>batchFlow(settings))
            .map(batch -> Pair.create(NotUsed.getInstance(), batch));
    return FlowWithContext.fromPairs(flow);
  }

  /** Commits; completes when the last is committed. */
  public static <C extends Committable> Sink<C, CompletionStage<Done>> sink(
      CommitterSettings settings) {
    return Committer.<C>flow(settings).toMat(Sink.ignore(), Keep.right());
  }

  /** Commits what the elements have as their context. */
  public static <E, C extends Committable>
      Sink<Pair<E, C>, CompletionStage<Done>> sinkWithOffsetContext(CommitterSettings settings) {
    return Flow.<Pair<E, C>>create()
        .map(Pair::second)
        .toMat(Committer.<C>sink(settings), Keep.right());
  }
}
