package milena.broker.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import milena.metadata.ClusterImage;
import milena.metadata.MetadataEvent;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.IOUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The metadata log on a Ratis server that this node runs as one of the voters. */
public final class RatisMetadataLog implements MetadataLog {
  private static final Logger log = LoggerFactory.getLogger(RatisMetadataLog.class);

  /** There is one group, whose name is on disk and in every message. */
  static final RaftGroupId GROUP =
      RaftGroupId.valueOf(UUID.fromString("6d696c65-6e61-4d65-a461-646174610001"));

  private final RaftServer server;
  private final MetadataStateMachine machine;
  private final LogWorkerWaker waker;
  private final VoterGate gate;
  private final Succession succession;
  private final ClientId writer = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();
  private volatile boolean closing;

  private RatisMetadataLog(
      RaftServer server, MetadataStateMachine machine, LogWorkerWaker waker, VoterGate gate) {
    this.server = server;
    this.machine = machine;
    this.waker = waker;
    this.gate = gate;
    this.succession = new Succession(server);
  }

  /**
   * Opens this node's part of the log and starts to vote, unless its directory was empty and there
   * are others who may know more ({@link #isShut}). Whether it leads is told to observers.
   *
   * @param transport the way to the other voters
   * @param onFailure told, at most a few times, when this node can't go on
   * @throws IOException when what is on disk can't be read, or belongs to a running node
   */
  public static RatisMetadataLog start(
      RaftSettings settings, RaftRpc.Transport transport, Consumer<Throwable> onFailure)
      throws IOException {
    Path directory = settings.raftDirectory();
    Files.createDirectories(directory);
    Path group = directory.resolve(GROUP.getUuid().toString());
    dropIfNeverFormatted(group);
    VoterGate gate =
        VoterGate.of(
            directory,
            !Files.isDirectory(group),
            settings.voters().size(),
            settings.requestTimeout().dividedBy(2));
    DiskReserve reserve = DiskReserve.prepare(directory);
    TornTail.cut(group.resolve("current"));
    MetadataStateMachine machine =
        new MetadataStateMachine(
            failure -> {
              reserve.release();
              onFailure.accept(failure);
            });
    ThreadGroup threads = new ThreadGroup("metadata-log-" + settings.nodeId());
    RaftServer server =
        inGroup(threads, () -> startServer(settings, machine, gate.guard(transport), threads));
    return new RatisMetadataLog(
        server, machine, new LogWorkerWaker(threads, machine.closed()), gate);
  }

  private static RaftServer startServer(
      RaftSettings settings,
      MetadataStateMachine machine,
      RaftRpc.Transport transport,
      ThreadGroup threads)
      throws IOException {
    RaftServer server =
        RaftServer.newBuilder()
            .setServerId(peerId(settings.nodeId()))
            .setGroup(groupOf(settings.voters()))
            .setStateMachine(machine)
            .setOption(RaftStorage.StartupOption.RECOVER)
            .setProperties(RatisProperties.of(settings))
            .setParameters(RaftRpc.parameters(transport))
            .setThreadGroup(threads)
            .build();
    try {
      server.start();
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Runs a task on a thread of this group, so that every thread it makes belongs to it too. */
  private static <T> T inGroup(ThreadGroup threads, Callable<T> task) throws IOException {
    FutureTask<T> future = new FutureTask<>(task);
    new Thread(threads, future, threads.getName() + "-start").start();
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while the metadata log was starting", e);
    } catch (ExecutionException e) {
      throw IOUtils.asIOException(e.getCause());
    }
  }

  static RaftPeerId peerId(int nodeId) {
    return RaftPeerId.valueOf(Integer.toString(nodeId));
  }

  private static RaftGroup groupOf(List<Integer> voters) {
    return RaftGroup.valueOf(
        GROUP, voters.stream().map(id -> RaftPeer.newBuilder().setId(peerId(id)).build()).toList());
  }

  /** A crash during the very first start leaves a directory without a vote or an entry in it. */
  private static void dropIfNeverFormatted(Path group) throws IOException {
    Path current = group.resolve("current");
    if (!Files.isDirectory(group) || Files.exists(current.resolve("raft-meta"))) {
      return;
    }
    if (Files.isDirectory(current)) {
      try (DirectoryStream<Path> segments = Files.newDirectoryStream(current, "log_*")) {
        if (segments.iterator().hasNext()) {
          return;
        }
      }
    }
    try (Stream<Path> all = Files.walk(group)) {
      all.sorted(Comparator.reverseOrder()).forEach(RatisMetadataLog::delete);
    }
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public ClusterImage image() {
    return machine.image();
  }

  @Override
  public void observe(Observer observer) {
    machine.observe(observer);
  }

  @Override
  public CompletionStage<Void> append(long term, long firstSequence, List<MetadataEvent> events) {
    ByteString entry = new LogEntry(term, firstSequence, events).encode();
    if (entry.size() > RatisProperties.MAX_ENTRY_BYTES) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException(
              "%d events of %d bytes are more than one commit may hold"
                  .formatted(events.size(), entry.size())));
    }
    RaftClientRequest request =
        RaftClientRequest.newBuilder()
            .setClientId(writer)
            .setServerId(server.getId())
            .setGroupId(GROUP)
            .setCallId(calls.incrementAndGet())
            .setMessage(Message.valueOf(entry))
            .setType(RaftClientRequest.writeRequestType())
            .build();
    try {
      return server.submitClientRequestAsync(request).thenAccept(RatisMetadataLog::requireApplied);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static void requireApplied(RaftClientReply reply) {
    if (!reply.isSuccess()) {
      throw new IllegalStateException("The metadata log took no write", reply.getException());
    }
    if (MetadataStateMachine.REFUSED.equals(reply.getMessage().getContent())) {
      throw new StaleWriteException("The metadata log has moved on without this controller");
    }
  }

  /** Has this node's voter answer another's request; blocks while it does. */
  byte[] serve(RaftRpc.Kind kind, byte[] request) throws IOException {
    if (closing) {
      throw new IOException("This voter is being closed");
    }
    gate.requireMayAnswer(kind);
    return RaftRpc.serve(server, kind, request);
  }

  /** Whether this voter takes part in nothing, because its directory was empty. */
  public boolean isShut() {
    return gate.isShut();
  }

  /** Whether this voter votes. */
  public boolean mayVote() {
    return gate.mayVote();
  }

  /** Lets a voter that is shut take the leader's entries, but not vote. */
  public void learn() {
    gate.learn();
  }

  /**
   * Lets this voter vote, now and in later runs. To be called when it knows all that was committed
   * before it began to {@link #learn}, or when there is nothing to know yet.
   */
  public void vote() throws IOException {
    gate.vote();
  }

  /** Stands for election at once, where nobody has ever been elected; may block for a while. */
  public void standFirst() {
    succession.standFirst();
  }

  /** Whether this voter has nothing of the log: no entry, and no image. */
  public boolean isEmpty() {
    try {
      RaftServer.Division division = server.getDivision(GROUP);
      return division.getRaftLog().getLastEntryTermIndex() == null
          && machine.image().lastSequence() == 0;
    } catch (IOException | IllegalStateException closed) {
      return false;
    }
  }

  @Override
  public QuorumState quorum() {
    try {
      RaftServer.Division division = server.getDivision(GROUP);
      DivisionInfo info = division.getInfo();
      List<QuorumState.Progress> progress = new ArrayList<>();
      TermIndex last = division.getRaftLog().getLastEntryTermIndex();
      long committed = division.getRaftLog().getLastCommittedIndex();
      progress.add(
          new QuorumState.Progress(
              idOf(server.getId()), last == null ? -1 : last.getIndex(), 0, 0));
      List<ServerRpcProto> followers =
          info.getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
      long[] matched = info.getFollowerMatchIndices();
      for (int i = 0; matched != null && i < Math.min(matched.length, followers.size()); i++) {
        ServerRpcProto follower = followers.get(i);
        progress.add(
            new QuorumState.Progress(
                Integer.parseInt(follower.getId().getId().toStringUtf8()),
                matched[i],
                matched[i] < 0 ? -1 : follower.getLastRpcElapsedTimeMs(),
                -1));
      }
      return new QuorumState(
          info.getLeaderId() == null ? -1 : idOf(info.getLeaderId()),
          info.getCurrentTerm(),
          committed,
          progress,
          List.of());
    } catch (IOException | IllegalStateException closed) {
      return QuorumState.UNKNOWN;
    }
  }

  @Override
  public long entryOf(long sequence) {
    return machine.entryOf(sequence);
  }

  static int idOf(RaftPeerId peer) {
    return Integer.parseInt(peer.toString());
  }

  @Override
  public void handOver() {
    succession.handOver();
  }

  @Override
  public void challenge(int deadLeader, int round) {
    succession.challenge(deadLeader, round);
  }

  @Override
  public void abandon() {
    machine.stopSnapshots();
    close();
  }

  @Override
  public void close() {
    closing = true;
    waker.watchClose();
    try {
      server.close();
    } catch (IOException e) {
      log.warn("The metadata log did not close cleanly", e);
    }
  }
}
