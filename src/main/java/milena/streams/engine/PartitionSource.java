package milena.streams.engine;

import akka.Done;
import akka.stream.Attributes;
import akka.stream.Outlet;
import akka.stream.SourceShape;
import akka.stream.stage.AbstractOutHandler;
import akka.stream.stage.AsyncCallback;
import akka.stream.stage.GraphStage;
import akka.stream.stage.GraphStageLogic;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import milena.streams.ConsumerMessage.OffsetKeeper;
import milena.streams.ConsumerSettings;
import milena.streams.core.Chunk;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * One partition as a stream of its own. It completes when the partition is given away, fails when
 * the source it comes from fails, and when it is cancelled the rest of the partition is another's.
 */
final class PartitionSource<K, V, M> extends GraphStage<SourceShape<M>> {
  private final ConsumerSettings<K, V> settings;
  private final PartitionFeed feed;
  private final OffsetKeeper keeper;
  private final Emission<K, V, M> emission;
  private final Consumer<PartitionFeed> onCancelled;
  private final Outlet<M> out = Outlet.create("records");
  private final SourceShape<M> shape = SourceShape.of(out);

  /**
   * @param onCancelled told, from any thread, that the feed is free again
   */
  PartitionSource(
      ConsumerSettings<K, V> settings,
      PartitionFeed feed,
      OffsetKeeper keeper,
      Emission<K, V, M> emission,
      Consumer<PartitionFeed> onCancelled) {
    this.settings = settings;
    this.feed = feed;
    this.keeper = keeper;
    this.emission = emission;
    this.onCancelled = onCancelled;
  }

  @Override
  public SourceShape<M> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes inherited) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {
    private final RecordDecoder<K, V> decoder = new RecordDecoder<>(settings);
    private final AtomicBoolean isToldReady = new AtomicBoolean();
    private final AsyncCallback<Done> ready = createAsyncCallback(now -> onReady());
    private boolean isGivenBack;

    Logic() {
      super(shape);
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              deliver();
            }

            @Override
            public void onDownstreamFinish(Throwable cause) throws Exception {
              isGivenBack = true;
              feed.giveBack(decoder.rest());
              onCancelled.accept(feed);
              super.onDownstreamFinish(cause);
            }
          });
    }

    @Override
    public void preStart() {
      feed.start(
          () -> {
            if (isToldReady.compareAndSet(false, true)) {
              ready.invoke(Done.getInstance());
            }
          });
    }

    private void onReady() {
      isToldReady.set(false);
      if (feed.failure() != null) {
        failStage(feed.failure());
      } else if (feed.isClosed()) {
        completeStage();
      } else if (isAvailable(out)) {
        deliver();
      }
    }

    private void deliver() {
      ConsumerRecord<K, V> record = decoder.next();
      while (record == null) {
        Chunk chunk = feed.poll();
        if (chunk == null) {
          return;
        }
        decoder.start(feed, chunk);
        record = decoder.next();
      }
      push(out, emission.of(record, feed, keeper));
    }

    @Override
    public void postStop() {
      decoder.close();
      if (!isGivenBack) {
        feed.close();
      }
    }
  }
}
