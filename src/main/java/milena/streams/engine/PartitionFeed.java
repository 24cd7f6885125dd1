package milena.streams.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import milena.streams.ConsumerMessage.GroupTopicPartition;
import milena.streams.core.Chunk;
import milena.streams.core.FetchPosition;
import milena.streams.core.FetchPosition.Deliver;
import milena.streams.core.FetchPosition.Fail;
import milena.streams.core.FetchPosition.Lookup;
import milena.streams.core.FetchPosition.Question;
import milena.streams.core.FetchPosition.Read;
import milena.streams.core.FetchPosition.Retry;
import milena.streams.core.FetchPosition.Verdict;
import milena.streams.link.BrokerLink;
import milena.streams.link.ReadRequest;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition being read: has one question under way at a time, and keeps one chunk ahead of the
 * stream. When the leader goes, it finds the next one and goes on where it was. May be used from
 * any thread: its lock is held for a few instructions for each chunk.
 */
public final class PartitionFeed {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionFeed.class);
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /**
   * How partitions are read.
   *
   * @param maxBytes of a chunk
   */
  record Manner(
      BrokerLink link,
      TopicDirectory topics,
      int maxBytes,
      int maxWaitMs,
      int backoffMs,
      boolean committedOnly) {}

  private final TopicPartition partition;
  private final GroupTopicPartition key;
  private final long reading;
  private final Manner manner;
  private final FetchPosition position;
  private final Consumer<Throwable> onFailure;
  private Runnable onReady = () -> {};
  private Chunk returned;
  private Chunk ahead;
  private Throwable failure;
  private boolean asking;
  private boolean isPaused;
  private boolean isClosed;
  private long workedNanos = System.nanoTime();

  /**
   * @param groupId empty without a group
   * @param reading counts the readings of a source
   * @param onFailure told once, from any thread, that it can't go on
   */
  PartitionFeed(
      TopicPartition partition,
      String groupId,
      long reading,
      FetchPosition position,
      Manner manner,
      Consumer<Throwable> onFailure) {
    this.partition = partition;
    this.key = new GroupTopicPartition(groupId, partition.topic(), partition.partition());
    this.reading = reading;
    this.position = position;
    this.manner = manner;
    this.onFailure = onFailure;
  }

  TopicPartition partition() {
    return partition;
  }

  /** The partition as the group reads it. */
  GroupTopicPartition key() {
    return key;
  }

  /** Which reading of the partition this is. */
  long reading() {
    return reading;
  }

  /**
   * Begins to read.
   *
   * @param onReady told from any thread that {@link #poll} may have something, or that the feed is
   *     closed
   */
  void start(Runnable onReady) {
    synchronized (this) {
      this.onReady = onReady;
    }
    askOn();
    onReady.run();
  }

  /** The next chunk, or null: then {@code onReady} will be told of it. */
  Chunk poll() {
    Chunk chunk;
    synchronized (this) {
      if (isPaused || isClosed) {
        return null;
      }
      if (returned != null) {
        chunk = returned;
        returned = null;
        return chunk;
      }
      chunk = ahead;
      ahead = null;
    }
    if (chunk != null) {
      askOn();
    }
    return chunk;
  }

  /**
   * Whoever was given chunks wants no more; the next one who starts goes on where he ended.
   *
   * @param rest what is left of the last chunk; null when he took none
   */
  synchronized void giveBack(Chunk rest) {
    onReady = () -> {};
    if (!isClosed && rest != null) {
      returned = rest;
    }
  }

  /** Keeps what is ahead to itself, or lets it go again. */
  void pause(boolean paused) {
    Runnable ready;
    synchronized (this) {
      isPaused = paused;
      ready = onReady;
    }
    ready.run();
  }

  /** Reads no more. */
  void close() {
    end(null);
  }

  /** Reads no more, since the source has failed. */
  void fail(Throwable cause) {
    end(cause);
  }

  private void end(Throwable cause) {
    Runnable ready;
    synchronized (this) {
      if (!isClosed) {
        failure = cause;
      }
      isClosed = true;
      returned = null;
      ahead = null;
      ready = onReady;
    }
    ready.run();
  }

  synchronized boolean isClosed() {
    return isClosed;
  }

  /** Why it was closed, if it {@link #fail failed}; else null. */
  synchronized Throwable failure() {
    return failure;
  }

  private void askOn() {
    Question question;
    synchronized (this) {
      if (asking || isClosed || ahead != null) {
        return;
      }
      asking = true;
      try {
        question = position.next();
      } catch (RuntimeException e) {
        onFailure.accept(e);
        return;
      }
    }
    Topic topic = manner.topics().cached(partition.topic());
    if (topic == null) {
      manner.topics().find(partition.topic()).whenComplete((found, failure) -> rest(failure));
    } else if (topic.leader(partition.partition()) < 0) {
      renewAndRest();
    } else if (question instanceof Read read) {
      ask(topic, read);
    } else {
      ask(topic, (Lookup) question);
    }
  }

  private void ask(Topic topic, Read read) {
    ReadRequest request =
        new ReadRequest(
            topic.partition(partition.partition()),
            read.offset(),
            manner.maxBytes(),
            manner.maxWaitMs(),
            manner.committedOnly());
    manner
        .link()
        .read(topic.leader(partition.partition()), request)
        .whenComplete(
            (answer, failure) -> {
              if (failure != null) {
                renewAndRest();
              } else {
                carryOut(position.read(answer));
              }
            });
  }

  private void ask(Topic topic, Lookup lookup) {
    OffsetLookup.ask(
            manner.link(),
            topic.leader(partition.partition()),
            partition,
            lookup.timestamp(),
            manner.committedOnly())
        .whenComplete(
            (found, failure) -> {
              if (failure != null) {
                renewAndRest();
              } else {
                carryOut(position.lookedUp(Errors.forCode(found.errorCode()), found.offset()));
              }
            });
  }

  private void carryOut(Verdict verdict) {
    if (verdict instanceof Fail fail) {
      failed(fail.cause());
    } else if (verdict instanceof Retry) {
      renewAndRest();
    } else {
      Runnable ready = null;
      synchronized (this) {
        asking = false;
        workedNanos = System.nanoTime();
        if (verdict instanceof Deliver deliver && !isClosed) {
          ahead = deliver.chunk();
          ready = onReady;
        }
      }
      if (ready == null) {
        askOn();
      } else {
        ready.run();
      }
    }
  }

  /** What becomes of a partition that is another's by now is no failure of this source. */
  private void failed(Throwable cause) {
    if (!isClosed()) {
      onFailure.accept(cause);
    }
  }

  /** The leader isn't what or where it was. */
  private void renewAndRest() {
    manner.topics().renew(partition.topic()).whenComplete((found, failure) -> rest(failure));
  }

  private void rest(Throwable failure) {
    if (failure != null && !(Calls.cause(failure) instanceof RetriableException)) {
      failed(Calls.cause(failure));
      return;
    }
    CompletableFuture.delayedExecutor(manner.backoffMs(), TimeUnit.MILLISECONDS, Runnable::run)
        .execute(this::rested);
  }

  private void rested() {
    boolean isSilent;
    synchronized (this) {
      asking = false;
      isSilent = !isClosed && System.nanoTime() - workedNanos > SILENCE_NANOS;
      if (isSilent) {
        workedNanos = System.nanoTime();
      }
    }
    if (isSilent) {
      LOG.warn("{} could not be read for 30 s: it has no leader that can be reached", partition);
    }
    askOn();
  }
}
