package milena.streams.engine;

import akka.Done;
import akka.japi.Pair;
import akka.stream.Attributes;
import akka.stream.Outlet;
import akka.stream.SourceShape;
import akka.stream.stage.AbstractGraphStageWithMaterializedValue;
import akka.stream.stage.AsyncCallback;
import akka.stream.stage.GraphStageLogic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import milena.streams.ConsumerSettings;
import milena.streams.Subscription;
import milena.streams.core.Chunk;
import milena.streams.javadsl.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** All partitions of a source in one stream: a chunk of one, a chunk of the next. */
public final class RecordSource<K, V, M>
    extends AbstractGraphStageWithMaterializedValue<SourceShape<M>, Consumer.Control> {
  private final ConsumerSettings<K, V> settings;
  private final Subscription subscription;
  private final Emission<K, V, M> emission;
  private final Outlet<M> out = Outlet.create("records");
  private final SourceShape<M> shape = SourceShape.of(out);

  public RecordSource(
      ConsumerSettings<K, V> settings, Subscription subscription, Emission<K, V, M> emission) {
    ConsumerSession.check(settings, subscription);
    this.settings = settings;
    this.subscription = subscription;
    this.emission = emission;
  }

  @Override
  public SourceShape<M> shape() {
    return shape;
  }

  @Override
  public Pair<GraphStageLogic, Consumer.Control> createLogicAndMaterializedValuePair(
      Attributes inherited) {
    Logic logic = new Logic();
    return Pair.create(logic, logic.control());
  }

  private final class Logic extends SourceLogic<M> {
    private final RecordDecoder<K, V> decoder = new RecordDecoder<>(settings);
    private final List<PartitionFeed> feeds = new ArrayList<>();
    private final AtomicBoolean isToldReady = new AtomicBoolean();
    private final AsyncCallback<Done> ready = createAsyncCallback(now -> onReady());
    private int turn;

    Logic() {
      super(shape, settings, subscription, emission.commits());
    }

    private void tellReady() {
      if (isToldReady.compareAndSet(false, true)) {
        ready.invoke(Done.getInstance());
      }
    }

    private void onReady() {
      isToldReady.set(false);
      if (isAvailable(out)) {
        deliver();
      }
    }

    @Override
    void deliver() {
      ConsumerRecord<K, V> record = decoder.next();
      while (record == null) {
        if (!nextChunk()) {
          return;
        }
        record = decoder.next();
      }
      push(out, emission.of(record, decoder.feed(), keeper()));
    }

    /** Each partition in turn, so that a busy one does not keep the others waiting. */
    private boolean nextChunk() {
      for (int i = 0; i < feeds.size(); i++) {
        turn = turn + 1 < feeds.size() ? turn + 1 : 0;
        PartitionFeed feed = feeds.get(turn);
        Chunk chunk = feed.poll();
        if (chunk != null) {
          decoder.start(feed, chunk);
          return true;
        }
      }
      return false;
    }

    @Override
    void onAdded(Collection<PartitionFeed> added) {
      feeds.addAll(added);
      added.forEach(feed -> feed.start(this::tellReady));
    }

    @Override
    void onGone(Set<TopicPartition> gone) {
      feeds.removeIf(feed -> gone.contains(feed.partition()) && feed.isClosed());
      if (decoder.feed() != null && decoder.feed().isClosed()) {
        decoder.drop();
      }
    }

    @Override
    public void postStop() {
      decoder.close();
      super.postStop();
    }
  }
}
