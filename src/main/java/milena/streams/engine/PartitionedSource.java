package milena.streams.engine;

import akka.NotUsed;
import akka.japi.Pair;
import akka.stream.Attributes;
import akka.stream.Outlet;
import akka.stream.SourceShape;
import akka.stream.javadsl.Source;
import akka.stream.stage.AbstractGraphStageWithMaterializedValue;
import akka.stream.stage.AsyncCallback;
import akka.stream.stage.GraphStageLogic;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import milena.streams.ConsumerSettings;
import milena.streams.Subscription;
import milena.streams.javadsl.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * A stream of streams: one for each partition that the group gives this member. A stream that is
 * cancelled while the partition is still this member's is given out again, from where it ended.
 */
public final class PartitionedSource<K, V, M>
    extends AbstractGraphStageWithMaterializedValue<
        SourceShape<Pair<TopicPartition, Source<M, NotUsed>>>, Consumer.Control> {
  private final ConsumerSettings<K, V> settings;
  private final Subscription subscription;
  private final Emission<K, V, M> emission;
  private final Outlet<Pair<TopicPartition, Source<M, NotUsed>>> out = Outlet.create("partitions");
  private final SourceShape<Pair<TopicPartition, Source<M, NotUsed>>> shape = SourceShape.of(out);

  public PartitionedSource(
      ConsumerSettings<K, V> settings, Subscription subscription, Emission<K, V, M> emission) {
    ConsumerSession.check(settings, subscription);
    this.settings = settings;
    this.subscription = subscription;
    this.emission = emission;
  }

  @Override
  public SourceShape<Pair<TopicPartition, Source<M, NotUsed>>> shape() {
    return shape;
  }

  @Override
  public Pair<GraphStageLogic, Consumer.Control> createLogicAndMaterializedValuePair(
      Attributes inherited) {
    Logic logic = new Logic();
    return Pair.create(logic, logic.control());
  }

  private final class Logic extends SourceLogic<Pair<TopicPartition, Source<M, NotUsed>>> {
    private final Queue<PartitionFeed> waiting = new ArrayDeque<>();
    private final AsyncCallback<PartitionFeed> cancelled = createAsyncCallback(this::onCancelled);

    Logic() {
      super(shape, settings, subscription, emission.commits());
    }

    @Override
    void deliver() {
      PartitionFeed next = waiting.poll();
      if (next != null) {
        push(
            out,
            Pair.create(
                next.partition(),
                Source.fromGraph(
                    new PartitionSource<>(settings, next, keeper(), emission, cancelled::invoke))));
      }
    }

    @Override
    void onAdded(Collection<PartitionFeed> added) {
      waiting.addAll(added);
      if (isAvailable(out)) {
        deliver();
      }
    }

    private void onCancelled(PartitionFeed feed) {
      if (!feed.isClosed()) {
        onAdded(List.of(feed));
      }
    }

    @Override
    void onGone(Set<TopicPartition> gone) {
      waiting.removeIf(PartitionFeed::isClosed);
    }
  }
}
