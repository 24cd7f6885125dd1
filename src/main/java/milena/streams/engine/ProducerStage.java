package milena.streams.engine;

import akka.Done;
import akka.stream.Attributes;
import akka.stream.FlowShape;
import akka.stream.Inlet;
import akka.stream.Outlet;
import akka.stream.stage.AsyncCallback;
import akka.stream.stage.GraphStage;
import akka.stream.stage.GraphStageLogic;
import akka.stream.stage.InHandler;
import akka.stream.stage.OutHandler;
import akka.stream.stage.TimerGraphStageLogic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import milena.streams.ProducerMessage.Envelope;
import milena.streams.ProducerMessage.Results;
import milena.streams.ProducerSettings;
import milena.streams.core.ProducerWindow;
import milena.streams.core.ProducerWindow.Verdict;
import milena.streams.engine.Outboxes.Answered;
import milena.streams.link.BrokerLink;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Writes what flows through and passes on what became of it, in the order in which it came. Records
 * gather by partition in its {@link Outboxes} while the stage is busy with others, and go to the
 * leaders when it has nothing else to do; while a batch is under way the next one gathers.
 *
 * <p>It takes nothing more while {@code buffer.memory} bytes or {@code parallelism} elements are
 * not acknowledged. It fails when a batch can't be written within {@code delivery.timeout.ms}.
 */
public final class ProducerStage<K, V, P>
    extends GraphStage<FlowShape<Envelope<K, V, P>, Results<K, V, P>>> {
  private static final String TOPICS = "topics";
  private static final Duration TOPICS_AGE = Duration.ofMinutes(5);

  private final ProducerSettings<K, V> settings;
  private final Inlet<Envelope<K, V, P>> in = Inlet.create("envelopes");
  private final Outlet<Results<K, V, P>> out = Outlet.create("results");
  private final FlowShape<Envelope<K, V, P>, Results<K, V, P>> shape = FlowShape.of(in, out);

  public ProducerStage(ProducerSettings<K, V> settings) {
    this.settings = settings;
  }

  @Override
  public FlowShape<Envelope<K, V, P>, Results<K, V, P>> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes inherited) {
    return new Logic();
  }

  private record TopicFound(String name, Topic topic, Throwable failure) {}

  private record Identified(ProducerIdentity identity, Throwable failure) {}

  /** A timer: the outbox has rested. */
  private record Rested(PartitionOutbox outbox) {}

  /** A timer: look for the topic again. */
  private record LookAgain(String topic) {}

  private enum Timer {
    IDENTIFY,
    LINGER
  }

  private final class Logic extends TimerGraphStageLogic implements InHandler, OutHandler {
    private final BrokerLink link = settings.brokers().link();
    private final TopicDirectory directory = new TopicDirectory(link, true);
    private final long bufferBytes = settings.number("buffer.memory");
    private final long deliveryNanos =
        TimeUnit.MILLISECONDS.toNanos(settings.number("delivery.timeout.ms"));
    private final Duration backoff = Duration.ofMillis(settings.number("retry.backoff.ms"));

    private final AsyncCallback<Done> flush = createAsyncCallback(now -> flushNow());
    private final AsyncCallback<Answered> answered = createAsyncCallback(this::onAnswered);
    private final AsyncCallback<TopicFound> topicFound = createAsyncCallback(this::onTopicFound);
    private final AsyncCallback<Identified> identified = createAsyncCallback(this::onIdentified);

    private final Outboxes outboxes = new Outboxes(settings, answered::invoke);
    private final ArrayDeque<Pending<K, V, P>> pendings = new ArrayDeque<>();
    private ProducerIdentity identity;
    private Pending<K, V, P> blocked;
    private long blockedNanos;
    private boolean isFlushDue;
    private long buffered;

    Logic() {
      super(shape);
      setHandlers(in, out, this);
    }

    @Override
    public void preStart() {
      scheduleWithFixedDelay(TOPICS, TOPICS_AGE, TOPICS_AGE);
      blockedNanos = System.nanoTime();
      if (settings.isIdempotent()) {
        identify();
      } else {
        identity = ProducerIdentity.NONE;
        takeMore();
      }
    }

    @Override
    public void postStop() {
      outboxes.abandon();
    }

    // Who writes ----------------------------------------------------------------------------

    private void identify() {
      ProducerIdentity.ask(link)
          .whenComplete((got, failure) -> identified.invoke(new Identified(got, failure)));
    }

    private void onIdentified(Identified result) {
      if (result.failure() == null) {
        identity = result.identity();
        takeMore();
      } else if (mayWait(result.failure())) {
        scheduleOnce(Timer.IDENTIFY, backoff);
      } else {
        failStage(Calls.cause(result.failure()));
      }
    }

    private boolean mayWait(Throwable failure) {
      long waitedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - blockedNanos);
      return Calls.cause(failure) instanceof RetriableException
          && waitedMs < settings.number("max.block.ms");
    }

    // What comes ----------------------------------------------------------------------------

    private boolean mayTakeMore() {
      return !isClosed(in)
          && identity != null
          && blocked == null
          && buffered < bufferBytes
          && pendings.size() < settings.parallelism();
    }

    private void takeMore() {
      if (mayTakeMore() && !hasBeenPulled(in)) {
        pull(in);
      }
    }

    @Override
    public void onPush() {
      Pending<K, V, P> pending = new Pending<>(grab(in));
      pendings.add(pending);
      write(pending);
      emit();
      takeMore();
    }

    /** Puts the records into batches, until one is for a topic that is not known yet. */
    private void write(Pending<K, V, P> pending) {
      blocked = null;
      while (pending.hasNext()) {
        ProducerRecord<K, V> record = pending.nextRecord();
        TopicOutbox topic = outboxes.topic(record.topic());
        if (topic == null) {
          blocked = pending;
          blockedNanos = System.nanoTime();
          find(record.topic());
          return;
        }
        byte[] key =
            settings.keySerializer().serialize(record.topic(), record.headers(), record.key());
        byte[] value =
            settings.valueSerializer().serialize(record.topic(), record.headers(), record.value());
        PartitionOutbox outbox = topic.of(record.partition(), key);
        long timestampMs =
            record.timestamp() == null ? System.currentTimeMillis() : record.timestamp();
        int closedBefore = outbox.closedBatches();
        buffered +=
            outbox.append(
                timestampMs, key, value, record.headers().toArray(), pending, pending.nextIndex());
        pending.stepped();
        if (outbox.closedBatches() != closedBefore) {
          send(outbox);
        }
        flushSoon(outbox);
      }
    }

    private void find(String topic) {
      directory
          .renew(topic)
          .whenComplete(
              (found, failure) -> topicFound.invoke(new TopicFound(topic, found, failure)));
    }

    private void onTopicFound(TopicFound found) {
      boolean isKnown = outboxes.topic(found.name()) != null;
      if (found.failure() == null && found.topic().partitions() > 0) {
        outboxes.found(found.topic(), identity);
        if (blocked != null && blocked.nextRecord().topic().equals(found.name())) {
          write(blocked);
          emit();
          takeMore();
        }
      } else if (!isKnown) {
        if (mayWait(found.failure())) {
          scheduleOnce(new LookAgain(found.name()), backoff);
        } else {
          failStage(Calls.cause(found.failure()));
        }
      }
    }

    // What goes -----------------------------------------------------------------------------

    /** Behind what has come already: so what comes in one go leaves in one batch. */
    private void flushSoon(PartitionOutbox outbox) {
      outboxes.filled(outbox);
      if (!isFlushDue) {
        isFlushDue = true;
        flush.invoke(Done.getInstance());
      }
    }

    private void flushNow() {
      isFlushDue = false;
      flushIn(outboxes.flush(System.nanoTime(), !mayTakeMore()));
    }

    private void send(PartitionOutbox outbox) {
      flushIn(outboxes.send(outbox, System.nanoTime(), !mayTakeMore()));
    }

    private void flushIn(long nanos) {
      if (nanos != Outboxes.NEVER && !isTimerActive(Timer.LINGER)) {
        scheduleOnce(Timer.LINGER, Duration.ofNanos(nanos));
      }
    }

    private void onAnswered(Answered result) {
      PartitionOutbox outbox = result.from();
      Verdict verdict = outbox.window().answered(result.entry(), result.attempt(), result.answer());
      if (verdict == Verdict.FATAL) {
        failStage(
            result.answer().message() == null
                ? result.answer().error().exception()
                : result.answer().error().exception(result.answer().message()));
        return;
      }
      if (verdict != Verdict.STALE && ProducerWindow.isAcknowledged(result.answer())) {
        ProducerBatch batch = result.entry().batch();
        batch.acknowledged(outbox.partition(), result.answer());
        buffered -= batch.plainBytes();
      }
      if (verdict == Verdict.REST) {
        find(outbox.partition().topic());
        scheduleOnce(new Rested(outbox), backoff);
      } else {
        send(outbox);
      }
      emit();
      takeMore();
    }

    private void onRested(PartitionOutbox outbox) {
      ProducerBatch oldest = outbox.window().oldest();
      if (oldest != null && System.nanoTime() - oldest.createdNanos() > deliveryNanos) {
        failStage(
            new TimeoutException(
                "A batch for "
                    + outbox.partition()
                    + " could not be delivered within delivery.timeout.ms"));
        return;
      }
      outbox.window().rested();
      send(outbox);
    }

    @Override
    public void onTimer(Object key) {
      if (key instanceof Rested rested) {
        onRested(rested.outbox());
      } else if (key instanceof LookAgain again) {
        find(again.topic());
      } else if (key == Timer.IDENTIFY) {
        identify();
      } else if (key == Timer.LINGER) {
        flushNow();
      } else {
        outboxes.topics().forEach(this::find);
      }
    }

    // What comes of it ----------------------------------------------------------------------

    private void emit() {
      Pending<K, V, P> first = pendings.peek();
      if (first != null && first != blocked && first.isDone() && isAvailable(out)) {
        pendings.poll();
        push(out, first.result());
      }
      endWhenDone();
    }

    private void endWhenDone() {
      if (isClosed(in) && pendings.isEmpty()) {
        completeStage();
      }
    }

    @Override
    public void onPull() {
      emit();
      if (!isClosed(in)) {
        takeMore();
      }
    }

    @Override
    public void onUpstreamFinish() {
      flushNow();
      endWhenDone();
    }

    @Override
    public void onUpstreamFailure(Throwable cause) {
      failStage(cause);
    }

    @Override
    public void onDownstreamFinish(Throwable cause) throws Exception {
      cancelStage(cause);
    }
  }
}
