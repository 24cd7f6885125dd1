package milena.streams.javadsl;

import akka.Done;
import akka.NotUsed;
import akka.japi.Pair;
import akka.stream.javadsl.Source;
import akka.stream.javadsl.SourceWithContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import milena.streams.ConsumerMessage.CommittableMessage;
import milena.streams.ConsumerMessage.CommittableOffset;
import milena.streams.ConsumerSettings;
import milena.streams.Subscription;
import milena.streams.Subscription.AutoSubscription;
import milena.streams.engine.Emission;
import milena.streams.engine.PartitionedSource;
import milena.streams.engine.RecordSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads records. Each partition's come in their order. What a stream doesn't ask for isn't read:
 * each partition keeps one chunk ahead and no more. When a partition's leader goes, the source goes
 * on with the next one.
 */
public final class Consumer {
  private Consumer() {}

  /** The records, for a stream that needs no commits or keeps its offsets elsewhere. */
  public static <K, V> Source<ConsumerRecord<K, V>, Control> plainSource(
      ConsumerSettings<K, V> settings, Subscription subscription) {
    return Source.fromGraph(new RecordSource<>(settings, subscription, Emission.plain()));
  }

  /** The records with their offsets, to be committed when they are done with: at least once. */
  public static <K, V> Source<CommittableMessage<K, V>, Control> committableSource(
      ConsumerSettings<K, V> settings, Subscription subscription) {
    return commitWithMetadataSource(settings, subscription, record -> "");
  }

  /** As {@link #committableSource}, with a word of each record that is committed with it. */
  public static <K, V> Source<CommittableMessage<K, V>, Control> commitWithMetadataSource(
      ConsumerSettings<K, V> settings,
      Subscription subscription,
      Function<ConsumerRecord<K, V>, String> metadata) {
    return Source.fromGraph(
        new RecordSource<>(settings, subscription, Emission.committable(metadata)));
  }

  /** The records, each when its offset is committed: at most once, and slowly. */
  public static <K, V> Source<ConsumerRecord<K, V>, Control> atMostOnceSource(
      ConsumerSettings<K, V> settings, Subscription subscription) {
    return committableSource(settings, subscription)
        .mapAsync(
            1,
            message ->
                message.committableOffset().commitInternal().thenApply(done -> message.record()));
  }

  /** The records, with their offsets as the context. */
  public static <K, V>
      SourceWithContext<ConsumerRecord<K, V>, CommittableOffset, Control> sourceWithOffsetContext(
          ConsumerSettings<K, V> settings, Subscription subscription) {
    return committableSource(settings, subscription)
        .asSourceWithContext(CommittableMessage::committableOffset)
        .map(CommittableMessage::record);
  }

  /** As {@link #committablePartitionedSource}, just the records. */
  public static <K, V>
      Source<Pair<TopicPartition, Source<ConsumerRecord<K, V>, NotUsed>>, Control>
          plainPartitionedSource(ConsumerSettings<K, V> settings, AutoSubscription subscription) {
    return Source.fromGraph(new PartitionedSource<>(settings, subscription, Emission.plain()));
  }

  /**
   * Each partition that the group gives as a source of its own, with the offsets to be committed.
   * The source completes when the partition goes to another member, and fails when the outer one
   * does. When it is cancelled, what is left of the partition is given out again.
   */
  public static <K, V>
      Source<Pair<TopicPartition, Source<CommittableMessage<K, V>, NotUsed>>, Control>
          committablePartitionedSource(
              ConsumerSettings<K, V> settings, AutoSubscription subscription) {
    return Source.fromGraph(
        new PartitionedSource<>(settings, subscription, Emission.committable(record -> "")));
  }

  /** What one can do to a running source, from any thread. */
  public interface Control {
    /**
     * Gives no more records, and completes the source. What the stream is busy with can still be
     * committed, for {@code stopTimeout} or until {@link #shutdown}.
     */
    CompletionStage<Done> stop();

    /** Stops, commits what was asked to be committed, and leaves the group. */
    CompletionStage<Done> shutdown();

    /**
     * Stops, waits for the stream to end, and shuts down: nothing is lost, and nothing comes again.
     *
     * @param streamCompletion how the stream says that it has ended
     * @return the stream's result
     */
    <T> CompletionStage<T> drainAndShutdown(CompletionStage<T> streamCompletion, Executor executor);

    /** Completes when the source is shut down, whoever did it. */
    CompletionStage<Done> isShutdown();
  }

  /** A control that knows the stream's end. */
  public static final class DrainingControl<T> implements Control {
    private final Control control;
    private final CompletionStage<T> streamCompletion;

    private DrainingControl(Control control, CompletionStage<T> streamCompletion) {
      this.control = control;
      this.streamCompletion = streamCompletion;
    }

    @Override
    public CompletionStage<Done> stop() {
      return control.stop();
    }

    @Override
    public CompletionStage<Done> shutdown() {
      return control.shutdown();
    }

    @Override
    public <S> CompletionStage<S> drainAndShutdown(
        CompletionStage<S> completion, Executor executor) {
      return control.drainAndShutdown(completion, executor);
    }

    /** Stops, waits for the stream to end, and shuts down. */
    public CompletionStage<T> drainAndShutdown(Executor executor) {
      return control.drainAndShutdown(streamCompletion, executor);
    }

    @Override
    public CompletionStage<Done> isShutdown() {
      return control.isShutdown();
    }

    /** How the stream ends. */
    public CompletionStage<T> streamCompletion() {
      return streamCompletion;
    }
  }

  /** For {@code toMat}: both at once. */
  public static <T> DrainingControl<T> createDrainingControl(
      Control control, CompletionStage<T> streamCompletion) {
    return new DrainingControl<>(control, streamCompletion);
  }

  /** For {@code mapMaterializedValue}: both at once. */
  public static <T> DrainingControl<T> createDrainingControl(
      Pair<Control, CompletionStage<T>> pair) {
    return new DrainingControl<>(pair.first(), pair.second());
  }

  /** A control of nothing. */
  public static Control createNoopControl() {
    CompletableFuture<Done> done = CompletableFuture.completedFuture(Done.getInstance());
    return new Control() {
      @Override
      public CompletionStage<Done> stop() {
        return done;
      }

      @Override
      public CompletionStage<Done> shutdown() {
        return done;
      }

      @Override
      public <T> CompletionStage<T> drainAndShutdown(
          CompletionStage<T> streamCompletion, Executor executor) {
        return streamCompletion;
      }

      @Override
      public CompletionStage<Done> isShutdown() {
        return done;
      }
    };
  }
}
