package milena.broker.raft;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a voter without memory from voting. Whoever has lost its directory may have acknowledged
 * entries that it knows nothing of any more: its vote could make a leader that lacks them.
 *
 * <pre>
 *   SHUT ----no voter has anything, or two voters share the log alone----> VOTING
 *     \                                                                    ^
 *      +--its run is committed without it--> LEARNING --it has that entry--+
 * </pre>
 *
 * What the leader committed while this voter was shut, a majority of the others has; so that leader
 * had all that was ever committed, and so has this voter once it has that entry. A mark in the
 * directory makes the next run begin again where this one crashed on the way.
 */
final class VoterGate {
  private static final String MARK = "joining";

  private final Path mark;
  private final Duration held;
  private final CountDownLatch opened = new CountDownLatch(1);
  private volatile Stage stage;

  private enum Stage {
    SHUT,
    LEARNING,
    VOTING
  }

  private VoterGate(Path mark, Duration held, Stage stage) {
    this.mark = mark;
    this.held = held;
    this.stage = stage;
  }

  /**
   * The gate of a voter that is about to open its directory.
   *
   * @param directory of the log, which is there
   * @param isNew whether nothing of the log is in it yet
   * @param voters how many there are. Of two the other has all that is committed, and no leader
   *     without this one's vote, which can do no harm then.
   * @param held how long a request for a vote may wait for the gate to open
   */
  static VoterGate of(Path directory, boolean isNew, int voters, Duration held) throws IOException {
    Path mark = directory.resolve(MARK);
    boolean shut = voters > 2 && (isNew || Files.exists(mark));
    if (shut && !Files.exists(mark)) {
      Files.createFile(mark);
      try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
        parent.force(true);
      }
    }
    return new VoterGate(mark, held, shut ? Stage.SHUT : Stage.VOTING);
  }

  boolean isShut() {
    return stage == Stage.SHUT;
  }

  boolean mayVote() {
    return stage == Stage.VOTING;
  }

  /** From now on the leader's entries are taken. */
  void learn() {
    if (stage == Stage.SHUT) {
      stage = Stage.LEARNING;
      opened.countDown();
    }
  }

  /** From now on this voter is like any other. */
  void vote() throws IOException {
    Files.deleteIfExists(mark);
    stage = Stage.VOTING;
    opened.countDown();
  }

  /**
   * Blocks a request for a vote for a while where this voter is shut: in a new cluster it is about
   * to vote, and a refusal would cost the first election and the time until the next.
   *
   * @throws IOException when this voter may not answer another's request of this kind now
   */
  void requireMayAnswer(RaftRpc.Kind kind) throws IOException {
    boolean shut = kind == RaftRpc.Kind.REQUEST_VOTE ? !awaitOpen() : isShut();
    if (shut || stage == Stage.LEARNING && !kind.writesLog()) {
      throw new IOException("This voter's directory was empty: it may not take part yet");
    }
  }

  private boolean awaitOpen() throws InterruptedIOException {
    try {
      return !isShut() || opened.await(held.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while a request for a vote was held");
    }
  }

  /** The way to the others, on which nobody is asked for a vote before this voter may vote. */
  RaftRpc.Transport guard(RaftRpc.Transport transport) {
    return (peer, kind, request) -> {
      if (kind == RaftRpc.Kind.REQUEST_VOTE && !mayVote()) {
        throw new IOException("This voter's directory was empty: it may not stand for election");
      }
      return transport.call(peer, kind, request);
    };
  }
}
