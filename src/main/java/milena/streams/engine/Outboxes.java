package milena.streams.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import milena.streams.ProducerSettings;
import milena.streams.core.ProducerWindow.Entry;
import milena.streams.link.BrokerLink;
import milena.streams.link.WriteAnswer;
import milena.streams.link.WriteRequest;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;

/**
 * All partitions that a sink writes to: which batches may leave, and where to. A batch leaves when
 * it is full; or when it is {@code linger.ms} old, or nothing more can come, and nothing else of
 * its partition is under way. Belongs to its stage.
 */
final class Outboxes {
  /** Nothing waits for its time. */
  static final long NEVER = -1;

  /**
   * What became of a batch.
   *
   * @param attempt that of the entry when it was sent
   */
  record Answered(
      PartitionOutbox from, Entry<ProducerBatch> entry, int attempt, WriteAnswer answer) {}

  private final BrokerLink link;
  private final short acks;
  private final int requestTimeoutMs;
  private final int batchBytes;
  private final int inFlightMax;
  private final long lingerNanos;
  private final Compression compression;
  private final Consumer<Answered> onAnswer;
  private final Map<String, TopicOutbox> topics = new HashMap<>();
  private final Set<PartitionOutbox> filled = new LinkedHashSet<>();

  /**
   * @param onAnswer told from any thread
   */
  Outboxes(ProducerSettings<?, ?> settings, Consumer<Answered> onAnswer) {
    this.link = settings.brokers().link();
    this.acks = settings.acks();
    this.requestTimeoutMs = settings.number("request.timeout.ms");
    this.batchBytes = settings.number("batch.size");
    this.inFlightMax = settings.number("max.in.flight.requests.per.connection");
    this.lingerNanos = TimeUnit.MILLISECONDS.toNanos(settings.number("linger.ms"));
    this.compression = Compression.of(settings.property("compression.type")).build();
    this.onAnswer = onAnswer;
  }

  /** The names of the topics that it knows. */
  Set<String> topics() {
    return topics.keySet();
  }

  /** The partitions of a topic; null when it is not known. */
  TopicOutbox topic(String name) {
    return topics.get(name);
  }

  /**
   * A topic as it is now.
   *
   * @param identity who writes to it
   */
  void found(Topic topic, ProducerIdentity identity) {
    TopicOutbox known = topics.get(topic.name());
    if (known != null) {
      known.renewed(topic);
      return;
    }
    topics.put(
        topic.name(),
        new TopicOutbox(
            topic,
            partition ->
                new PartitionOutbox(
                    new TopicPartition(topic.name(), partition),
                    batchBytes,
                    compression,
                    inFlightMax,
                    identity)));
  }

  /** The stage has ended: what has not been closed is not written. */
  void abandon() {
    topics.values().forEach(TopicOutbox::abandon);
  }

  /** A record was put into it, which {@link #flush} is to look after. */
  void filled(PartitionOutbox outbox) {
    filled.add(outbox);
  }

  /**
   * Sends what is due.
   *
   * @param isLast whether nothing more can come at present: then waiting for it is of no use
   * @return in what time it wants to be called again, in nanoseconds; {@link #NEVER} if not
   */
  long flush(long nowNanos, boolean isLast) {
    List<PartitionOutbox> due = new ArrayList<>(filled);
    filled.clear();
    long soonest = NEVER;
    for (PartitionOutbox each : due) {
      long left = send(each, nowNanos, isLast);
      soonest = soonest == NEVER || left != NEVER && left < soonest ? left : soonest;
    }
    return soonest;
  }

  /**
   * Sends what is due of one partition.
   *
   * @return as {@link #flush}
   */
  long send(PartitionOutbox outbox, long nowNanos, boolean isLast) {
    Entry<ProducerBatch> entry = outbox.next(nowNanos, isLast ? 0 : lingerNanos);
    while (entry != null) {
      send(outbox, entry);
      entry = outbox.next(nowNanos, isLast ? 0 : lingerNanos);
    }
    if (!outbox.isLingering()) {
      return NEVER;
    }
    filled.add(outbox);
    return Math.max(1, outbox.openedNanos() + lingerNanos - nowNanos);
  }

  private void send(PartitionOutbox outbox, Entry<ProducerBatch> entry) {
    Topic topic = topics.get(outbox.partition().topic()).topic();
    int attempt = entry.attempt();
    int leader = topic.leader(outbox.partition().partition());
    if (leader < 0) {
      onAnswer.accept(
          new Answered(outbox, entry, attempt, WriteAnswer.refused(Errors.LEADER_NOT_AVAILABLE)));
      return;
    }
    WriteRequest request =
        new WriteRequest(
            topic.partition(outbox.partition().partition()), acks, requestTimeoutMs, entry.bytes());
    link.write(leader, request)
        .whenComplete(
            (answer, failure) ->
                onAnswer.accept(
                    new Answered(
                        outbox,
                        entry,
                        attempt,
                        failure == null ? answer : WriteAnswer.refused(Calls.error(failure)))));
  }
}
