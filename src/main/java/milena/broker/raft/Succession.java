package milena.broker.raft;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Elections of the metadata log's leader that need not wait for a time-out: the old one makes way,
 * the others know that it is dead, or there has never been one. Any thread may call it; all calls
 * may block for a while.
 */
final class Succession {
  private static final Logger log = LoggerFactory.getLogger(Succession.class);

  /** How long one voter may take to be elected in this one's place. */
  private static final long HAND_OVER_MS = 1_000;

  private final RaftServer server;
  private final ClientId caller = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();

  Succession(RaftServer server) {
    this.server = server;
  }

  /** As {@link MetadataLog#handOver}. */
  void handOver() {
    try {
      RaftServer.Division division = server.getDivision(RatisMetadataLog.GROUP);
      if (!division.getInfo().isLeader()) {
        return;
      }
      for (RaftPeer peer : division.getRaftConf().getCurrentPeers()) {
        if (!peer.getId().equals(server.getId()) && handOverTo(peer.getId())) {
          return;
        }
      }
    } catch (IOException e) {
      log.info("The leadership of the metadata log was not handed over: {}", e.getMessage());
    }
  }

  private boolean handOverTo(RaftPeerId successor) throws IOException {
    return server
        .transferLeadership(
            new TransferLeadershipRequest(
                caller,
                server.getId(),
                RatisMetadataLog.GROUP,
                calls.incrementAndGet(),
                successor,
                HAND_OVER_MS))
        .isSuccess();
  }

  /** As {@link MetadataLog#challenge}. */
  void challenge(int deadLeader, int round) {
    try {
      RaftServer.Division division = server.getDivision(RatisMetadataLog.GROUP);
      TermIndex last = division.getRaftLog().getLastEntryTermIndex();
      RaftPeerId dead = RatisMetadataLog.peerId(deadLeader);
      if (!dead.equals(division.getInfo().getLeaderId())
          || last == null
          || turn(division, deadLeader) > round) {
        return;
      }
      // What the leader would say if it still could: the same as when it hands over. It is not
      // believed where this log's last entry is of an earlier term than the leader's.
      beginElection(dead, last.toProto());
    } catch (IOException | RuntimeException e) {
      log.info("No election was begun in the place of node {}: {}", deadLeader, e.toString());
    }
  }

  /** Stands for election at once in a new cluster; nothing happens where somebody was elected. */
  void standFirst() {
    try {
      beginElection(server.getId(), TermIndexProto.getDefaultInstance());
    } catch (IOException | RuntimeException e) {
      log.info("No first election was begun: {}", e.toString());
    }
  }

  private void beginElection(RaftPeerId atTheWordOf, TermIndexProto lastEntry) throws IOException {
    server.startLeaderElection(
        StartLeaderElectionRequestProto.newBuilder()
            .setServerRequest(
                RaftRpcRequestProto.newBuilder()
                    .setRequestorId(atTheWordOf.toByteString())
                    .setReplyId(server.getId().toByteString())
                    .setRaftGroupId(
                        RaftGroupIdProto.newBuilder().setId(RatisMetadataLog.GROUP.toByteString())))
            .setLeaderLastEntry(lastEntry)
            .build());
  }

  /** How many of the voters beside the dead one come before this node. */
  private long turn(RaftServer.Division division, int deadLeader) {
    int self = RatisMetadataLog.idOf(server.getId());
    return division.getRaftConf().getCurrentPeers().stream()
        .mapToInt(peer -> RatisMetadataLog.idOf(peer.getId()))
        .filter(id -> id != deadLeader && id < self)
        .count();
  }
}
