package milena.broker.coordinator;

import akka.dispatch.Futures;
import akka.persistence.AtomicWrite;
import akka.persistence.PersistentImpl;
import akka.persistence.PersistentRepr;
import akka.persistence.journal.japi.AsyncWriteJournal;
import akka.persistence.typed.PersistenceId;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import milena.broker.coordinator.JournalPartition.WriteRefused;
import milena.broker.coordinator.StoredGroup.Numbered;
import milena.group.message.GroupEvent;
import org.apache.kafka.common.protocol.Errors;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;

/**
 * Akka Persistence on a partition of {@code __consumer_offsets} that this node leads: an event is a
 * record in Kafka's own format, what is persisted together is one batch, and it is done when the
 * high watermark has passed it. A write that is refused, or whose fate is not known, is a
 * rejection: it stops the one group and says nothing about the journal.
 *
 * <p>Akka delivers a journal's confirmations in the order of its writes, whatever partition they go
 * to; so that a partition which waits for its followers holds up few others, there are {@link
 * #LANES} journals, and groups use the one of their partition.
 */
public final class PartitionJournal extends AsyncWriteJournal {
  private static final int LANES = 50;
  private static final String PATH = "milena.group-journal.lane-";
  private static final String ID_PREFIX = "group|";

  private final JournalPartitions partitions = JournalPartitions.of(context().system());

  /** Settings that every actor system with group coordinators needs. */
  public static Config config() {
    Map<String, Object> lanes = new HashMap<>();
    for (int lane = 0; lane < LANES; lane++) {
      lanes.put(
          PATH + lane,
          Map.of(
              "class", PartitionJournal.class.getName(),
              "plugin-dispatcher", "akka.actor.default-dispatcher",
              "replay-dispatcher", "akka.actor.default-dispatcher",
              "replay-filter.mode", "off",
              // What fails here concerns one group, and a recovery that finds no leader: neither
              // is a reason to keep others from trying.
              "circuit-breaker.max-failures", Integer.MAX_VALUE,
              "circuit-breaker.call-timeout", "10m",
              "circuit-breaker.reset-timeout", "1s"));
    }
    return ConfigFactory.parseMap(lanes, "the journals of the groups");
  }

  static String pluginId(int partition) {
    return PATH + partition % LANES;
  }

  static PersistenceId persistenceId(String groupId) {
    return PersistenceId.ofUniqueId(ID_PREFIX + groupId);
  }

  private static String groupId(String persistenceId) {
    return persistenceId.substring(ID_PREFIX.length());
  }

  @Override
  public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(
      Iterable<AtomicWrite> messages) {
    List<CompletableFuture<Optional<Exception>>> writes = new ArrayList<>(1);
    messages.forEach(write -> writes.add(append(write)));
    return FutureConverters.asScala(
        CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new))
            .thenApply(done -> writes.stream().map(CompletableFuture::join).toList()));
  }

  private CompletableFuture<Optional<Exception>> append(AtomicWrite write) {
    String groupId = groupId(write.persistenceId());
    JournalPartition partition = partitions.find(groupId);
    if (partition == null) {
      return CompletableFuture.completedFuture(Optional.of(notHere(groupId)));
    }
    List<Numbered> events = new ArrayList<>(write.payload().size());
    for (PersistentRepr event : CollectionConverters.asJava(write.payload())) {
      events.add(new Numbered(event.sequenceNr(), (GroupEvent) event.payload()));
    }
    return partition.append(groupId, events);
  }

  @Override
  public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
    String groupId = groupId(persistenceId);
    JournalPartition partition = partitions.find(groupId);
    long last = partition == null ? -1 : partition.open(groupId);
    return last < 0 ? Futures.failed(notHere(groupId)) : Futures.successful(last);
  }

  @Override
  public Future<Void> doAsyncReplayMessages(
      String persistenceId,
      long fromSequenceNr,
      long toSequenceNr,
      long max,
      Consumer<PersistentRepr> replay) {
    String groupId = groupId(persistenceId);
    JournalPartition partition = partitions.find(groupId);
    if (partition == null) {
      return Futures.failed(notHere(groupId));
    }
    for (Numbered stored : partition.take(groupId)) {
      replay.accept(
          new PersistentImpl(
              stored.event(),
              stored.sequence(),
              persistenceId,
              "",
              false,
              akka.actor.ActorRef.noSender(),
              "",
              0,
              scala.Option.empty()));
    }
    return Futures.successful(null);
  }

  @Override
  public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
    return Futures.failed(
        new UnsupportedOperationException("Events go by compaction, when a newer one follows"));
  }

  private static WriteRefused notHere(String groupId) {
    return new WriteRefused(
        Errors.NOT_COORDINATOR, "This node does not lead the partition of group " + groupId);
  }
}
