package milena.streams.link;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionRegistry;
import milena.broker.partition.PartitionReplica.Append;
import milena.broker.partition.PartitionReplica.AppendListener;
import milena.broker.partition.PartitionReplica.AppendOrigin;
import milena.broker.partition.PartitionReplica.AppendResult;
import milena.broker.partition.PartitionView;
import milena.log.DamagedLogException;
import milena.log.LogClosedException;
import milena.log.LogSlice;
import milena.log.LogView.AbortedTransaction;
import milena.log.OffsetOutOfLogException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * What the broker of this very node does for streams. Views are read where they are published, and
 * a read that finds nothing parks with a watcher; batches go to the replica's actor.
 */
public final class LocalBroker {
  /** What a replica may take beyond its deadline before it counts as gone. */
  private static final int GRACE_MS = 2_000;

  private final int id;
  private final PartitionRegistry registry;
  private final BrokerApis apis;
  private final int maxReadBytes;
  private final Executor blocking;

  /**
   * @param maxReadBytes what a read is given at most, however much it asks for ({@code
   *     fetch.max.bytes}); but a whole batch in any case
   * @param blocking where the disk may be read
   */
  public LocalBroker(
      int id, PartitionRegistry registry, BrokerApis apis, int maxReadBytes, Executor blocking) {
    this.id = id;
    this.maxReadBytes = maxReadBytes;
    this.registry = registry;
    this.apis = apis;
    this.blocking = blocking;
  }

  /** The broker's id. */
  public int id() {
    return id;
  }

  CompletionStage<ApiMessage> call(String clientId, ApiMessage request, short version) {
    return apis.handle(clientId, version, request).thenApply(answer -> answer);
  }

  CompletionStage<WriteAnswer> write(WriteRequest request) {
    PartitionHandle handle = registry.find(request.partition());
    if (handle == null) {
      return done(WriteAnswer.refused(Errors.NOT_LEADER_OR_FOLLOWER));
    }
    if (Topic.isInternal(handle.view().name().topic())) {
      return done(WriteAnswer.refused(Errors.INVALID_TOPIC_EXCEPTION));
    }
    // The replica writes offsets into what it is given, and the sender may have to send it again.
    ByteBuffer own = ByteBuffer.allocate(request.batch().remaining());
    own.put(request.batch().duplicate()).flip();
    Appending appending = new Appending();
    handle
        .replica()
        .tell(
            new Append(
                own,
                request.acks(),
                AppendOrigin.CLIENT,
                -1,
                System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(request.timeoutMs()),
                appending));
    return appending.completeOnTimeout(
        WriteAnswer.refused(Errors.REQUEST_TIMED_OUT),
        (long) request.timeoutMs() + GRACE_MS,
        TimeUnit.MILLISECONDS);
  }

  private static final class Appending extends CompletableFuture<WriteAnswer>
      implements AppendListener {
    @Override
    public void released() {}

    @Override
    public void completed(AppendResult result) {
      complete(
          new WriteAnswer(
              result.error(), result.message(), result.baseOffset(), result.logAppendTimeMs()));
    }
  }

  CompletionStage<ReadAnswer> read(ReadRequest request) {
    PartitionHandle handle = registry.find(request.partition());
    if (handle == null) {
      return done(ReadAnswer.empty(Errors.NOT_LEADER_OR_FOLLOWER, -1));
    }
    PartitionView view = handle.view();
    Errors error = check(handle, view, request.offset());
    if (error != Errors.NONE) {
      return done(ReadAnswer.empty(error, view.highWatermark()));
    }
    if (request.offset() < visibleEnd(view, request)) {
      return readAside(handle, request);
    }
    if (request.maxWaitMs() <= 0) {
      return done(ReadAnswer.empty(Errors.NONE, view.highWatermark()));
    }
    return new ParkedRead(handle, request).start();
  }

  private static Errors check(PartitionHandle handle, PartitionView view, long offset) {
    if (handle.isOffline()) {
      return Errors.KAFKA_STORAGE_ERROR;
    }
    if (!view.leading()) {
      return Errors.NOT_LEADER_OR_FOLLOWER;
    }
    return offset < view.log().logStartOffset() || offset > view.log().logEndOffset()
        ? Errors.OFFSET_OUT_OF_RANGE
        : Errors.NONE;
  }

  private static long visibleEnd(PartitionView view, ReadRequest request) {
    return request.committedOnly() ? view.lastStableOffset() : view.highWatermark();
  }

  private CompletableFuture<ReadAnswer> readAside(PartitionHandle handle, ReadRequest request) {
    return CompletableFuture.supplyAsync(() -> readNow(handle, request), blocking);
  }

  private ReadAnswer readNow(PartitionHandle handle, ReadRequest request) {
    PartitionView view = handle.view();
    Errors error = check(handle, view, request.offset());
    if (error != Errors.NONE) {
      return ReadAnswer.empty(error, view.highWatermark());
    }
    long end = visibleEnd(view, request);
    if (request.offset() >= end) {
      return ReadAnswer.empty(Errors.NONE, view.highWatermark());
    }
    int maxBytes = Math.max(0, Math.min(request.maxBytes(), maxReadBytes));
    try (LogSlice slice = view.log().read(request.offset(), end, maxBytes, true)) {
      List<AbortedTransaction> aborted =
          request.committedOnly()
              ? view.log().abortedTransactions(request.offset(), end)
              : List.of();
      return new ReadAnswer(Errors.NONE, view.highWatermark(), aborted, bytesOf(slice));
    } catch (OffsetOutOfLogException e) {
      return ReadAnswer.empty(Errors.OFFSET_OUT_OF_RANGE, view.highWatermark());
    } catch (IOException e) {
      return ReadAnswer.empty(errorOf(handle, view, e), view.highWatermark());
    }
  }

  private static ByteBuffer bytesOf(LogSlice slice) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
    FileChannel channel = slice.channel();
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, slice.position() + bytes.position()) < 0) {
        throw new IOException("The segment ends before what its index shows");
      }
    }
    return bytes.flip();
  }

  /** As a Fetch is answered: what another epoch's view makes of the files says nothing. */
  private static Errors errorOf(PartitionHandle handle, PartitionView view, IOException e) {
    if (handle.view().leaderEpoch() != view.leaderEpoch() || e instanceof LogClosedException) {
      return Errors.NOT_LEADER_OR_FOLLOWER;
    }
    return e instanceof DamagedLogException ? Errors.CORRUPT_MESSAGE : Errors.KAFKA_STORAGE_ERROR;
  }

  private static <T> CompletionStage<T> done(T answer) {
    return CompletableFuture.completedFuture(answer);
  }

  /** A read that waits for records, for the end of the leadership, or for its time to be over. */
  private final class ParkedRead implements PartitionHandle.Watcher {
    private final PartitionHandle handle;
    private final ReadRequest request;
    private final CompletableFuture<Void> due = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();

    ParkedRead(PartitionHandle handle, ReadRequest request) {
      this.handle = handle;
      this.request = request;
    }

    CompletionStage<ReadAnswer> start() {
      CompletableFuture<ReadAnswer> answer =
          due.completeOnTimeout(null, request.maxWaitMs(), TimeUnit.MILLISECONDS)
              .thenApplyAsync(
                  over -> {
                    handle.unwatch(this);
                    return readNow(handle, request);
                  },
                  blocking);
      handle.watch(this);
      published(handle.view());
      return answer;
    }

    @Override
    public void published(PartitionView view) {
      boolean worthALook = !view.leading() || request.offset() < visibleEnd(view, request);
      if (worthALook && ended.compareAndSet(false, true)) {
        due.complete(null);
      }
    }

    @Override
    public boolean awaitsCommits() {
      return true;
    }

    @Override
    public void stopped() {
      due.complete(null);
    }
  }
}
