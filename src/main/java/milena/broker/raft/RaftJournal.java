package milena.broker.raft;

import akka.dispatch.Futures;
import akka.persistence.AtomicWrite;
import akka.persistence.PersistentRepr;
import akka.persistence.journal.japi.AsyncWriteJournal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import milena.metadata.MetadataEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;

/**
 * Akka Persistence on the metadata log. It has one writer, the controller, whose persistence id
 * names the term it was started for ({@link #persistenceId}); what it persists for one command is
 * one entry of the Raft log. Sequence numbers are those of the image's events.
 *
 * <p>Nothing is ever replayed: a controller recovers from the image of its node ({@link
 * ImageSnapshots}), which holds all that was committed before its term.
 */
public final class RaftJournal extends AsyncWriteJournal {
  public static final String PLUGIN_ID = "milena.metadata-journal";

  private static final Logger LOG = LoggerFactory.getLogger(RaftJournal.class);
  private static final String ID_PREFIX = "controller|";

  private final MetadataLog log = MetadataLogs.of(context().system());

  /** The id under which the controller of one term persists. */
  public static String persistenceId(long term) {
    return ID_PREFIX + term;
  }

  private static long termOf(String persistenceId) {
    return Long.parseLong(persistenceId.substring(ID_PREFIX.length()));
  }

  @Override
  public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(
      Iterable<AtomicWrite> messages) {
    CompletableFuture<Iterable<Optional<Exception>>> written =
        CompletableFuture.completedFuture(List.of());
    for (AtomicWrite write : messages) {
      written = written.thenCompose(before -> append(write)).thenApply(done -> List.of());
    }
    return FutureConverters.asScala(written);
  }

  private CompletableFuture<Void> append(AtomicWrite write) {
    List<MetadataEvent> events = new ArrayList<>(write.size());
    for (PersistentRepr event : CollectionConverters.asJava(write.payload())) {
      events.add((MetadataEvent) event.payload());
    }
    return log.append(termOf(write.persistenceId()), write.lowestSequenceNr(), events)
        .whenComplete((done, failure) -> report(failure))
        .toCompletableFuture();
  }

  private static void report(Throwable failure) {
    if (failure != null) {
      Throwable cause = failure;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      LOG.info("The controller's write is not known to be committed: {}", cause.toString());
    }
  }

  @Override
  public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
    return Futures.successful(null);
  }

  @Override
  public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
    long last = log.image().lastSequence();
    return last == fromSequenceNr
        ? Futures.successful(last)
        : Futures.failed(
            new IllegalStateException(
                "The image went on from %d to %d while the controller recovered from it"
                    .formatted(fromSequenceNr, last)));
  }

  @Override
  public Future<Void> doAsyncReplayMessages(
      String persistenceId,
      long fromSequenceNr,
      long toSequenceNr,
      long max,
      Consumer<PersistentRepr> replayCallback) {
    return Futures.successful(null);
  }
}
