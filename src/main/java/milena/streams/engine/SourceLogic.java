package milena.streams.engine;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Adapter;
import akka.stream.SourceShape;
import akka.stream.SubscriptionWithCancelException;
import akka.stream.stage.AbstractOutHandler;
import akka.stream.stage.AsyncCallback;
import akka.stream.stage.GraphStageLogic;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import milena.streams.ConsumerMessage.OffsetKeeper;
import milena.streams.ConsumerSettings;
import milena.streams.Subscription;
import org.apache.kafka.common.TopicPartition;

/** What the stages of sources have in common: a session beside them, and a control. */
abstract class SourceLogic<T> extends GraphStageLogic {
  private final ConsumerSettings<?, ?> settings;
  private final Subscription subscription;
  private final boolean commits;
  private final SessionControl control;
  private final AsyncCallback<Collection<PartitionFeed>> added = createAsyncCallback(this::onAdded);
  private final AsyncCallback<Set<TopicPartition>> gone = createAsyncCallback(this::onGone);
  private final AsyncCallback<Throwable> failed = createAsyncCallback(this::onFailed);
  private ActorRef<ConsumerSession.Command> session;
  private OffsetKeeper keeper;
  private boolean hasFailed;

  /**
   * @param commits whether the stream can commit what it was given
   */
  SourceLogic(
      SourceShape<T> shape,
      ConsumerSettings<?, ?> settings,
      Subscription subscription,
      boolean commits) {
    super(shape);
    this.settings = settings;
    this.subscription = subscription;
    this.commits = commits;
    AsyncCallback<Done> stop = createAsyncCallback(now -> completeStage());
    this.control = new SessionControl(() -> stop.invoke(Done.getInstance()));
    setHandler(
        shape.out(),
        new AbstractOutHandler() {
          @Override
          public void onPull() {
            deliver();
          }

          @Override
          public void onDownstreamFinish(Throwable cause) throws Exception {
            hasFailed = !(cause instanceof SubscriptionWithCancelException.NonFailureCancellation);
            super.onDownstreamFinish(cause);
          }
        });
  }

  SessionControl control() {
    return control;
  }

  OffsetKeeper keeper() {
    return keeper;
  }

  @Override
  public void preStart() {
    ConsumerSession.Listener listener =
        new ConsumerSession.Listener() {
          @Override
          public void added(Collection<PartitionFeed> feeds) {
            added.invoke(feeds);
          }

          @Override
          public void gone(Set<TopicPartition> partitions) {
            gone.invoke(partitions);
          }

          @Override
          public void failed(Throwable cause) {
            failed.invoke(cause);
          }
        };
    session =
        Adapter.toTyped(materializer().system())
            .systemActorOf(
                ConsumerSession.create(settings, subscription, listener, control.closed()),
                "milena-consumer-" + UUID.randomUUID(),
                Props.empty());
    keeper = new SessionOffsets(session, control.closed(), settings.commitTimeout());
    control.began(session);
  }

  /** The stream wants an element. */
  abstract void deliver();

  abstract void onAdded(Collection<PartitionFeed> feeds);

  abstract void onGone(Set<TopicPartition> partitions);

  private void onFailed(Throwable cause) {
    hasFailed = true;
    failStage(cause);
  }

  @Override
  public void postStop() {
    // A stream that failed has nothing left to commit; any other may have some work to end.
    session.tell(
        hasFailed || !commits
            ? ConsumerSession.Close.INSTANCE
            : new ConsumerSession.CloseIn(settings.stopTimeout()));
    control.stageEnded();
  }
}
