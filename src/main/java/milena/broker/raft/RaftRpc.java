package milena.broker.raft;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;

/**
 * Tells Ratis to talk to other voters through a {@link Transport} of ours. Ratis finds this class
 * by its name, and the transport among its parameters.
 */
public final class RaftRpc implements RpcType {
  private static final String TRANSPORT = "milena.raft.transport";

  /** What voters ask of each other; the names are part of the protocol. */
  public enum Kind {
    APPEND_ENTRIES,
    REQUEST_VOTE,
    INSTALL_SNAPSHOT,
    START_LEADER_ELECTION;

    /** Whether it is a leader's and may change the log, so that it must not meet another such. */
    boolean writesLog() {
      return this == APPEND_ENTRIES || this == INSTALL_SNAPSHOT;
    }
  }

  /** Carries a request to another voter and its answer back; blocks the calling Ratis thread. */
  public interface Transport {
    byte[] call(String peer, Kind kind, byte[] request) throws IOException;

    /** For a group of one, which has nobody to talk to. */
    Transport NOBODY =
        (peer, kind, request) -> {
          throw new IOException("There is no way to voter " + peer);
        };
  }

  static Parameters parameters(Transport transport) {
    Parameters parameters = new Parameters();
    parameters.put(TRANSPORT, transport, Transport.class);
    return parameters;
  }

  @Override
  public String name() {
    return RaftRpc.class.getName();
  }

  @Override
  public RpcFactory newFactory(Parameters parameters) {
    return new Factory(this, parameters.getNonNull(TRANSPORT, Transport.class));
  }

  private record Factory(RpcType type, Transport transport) implements ServerFactory {
    @Override
    public RpcType getRpcType() {
      return type;
    }

    @Override
    public RaftServerRpc newRaftServerRpc(RaftServer server) {
      return new Caller(type, transport);
    }
  }

  private record Caller(RpcType type, Transport transport) implements RaftServerRpc {
    @Override
    public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request)
        throws IOException {
      return AppendEntriesReplyProto.parseFrom(
          call(request.getServerRequest(), Kind.APPEND_ENTRIES, request.toByteArray()));
    }

    @Override
    public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) throws IOException {
      return RequestVoteReplyProto.parseFrom(
          call(request.getServerRequest(), Kind.REQUEST_VOTE, request.toByteArray()));
    }

    @Override
    public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request)
        throws IOException {
      return InstallSnapshotReplyProto.parseFrom(
          call(request.getServerRequest(), Kind.INSTALL_SNAPSHOT, request.toByteArray()));
    }

    @Override
    public StartLeaderElectionReplyProto startLeaderElection(
        StartLeaderElectionRequestProto request) throws IOException {
      return StartLeaderElectionReplyProto.parseFrom(
          call(request.getServerRequest(), Kind.START_LEADER_ELECTION, request.toByteArray()));
    }

    private byte[] call(RaftRpcRequestProto head, Kind kind, byte[] request) throws IOException {
      return transport.call(head.getReplyId().toStringUtf8(), kind, request);
    }

    @Override
    public RpcType getRpcType() {
      return type;
    }

    @Override
    public void start() {}

    @Override
    public void close() {}

    @Override
    public InetSocketAddress getInetSocketAddress() {
      return null;
    }

    @Override
    public void addRaftPeers(Collection<RaftPeer> peers) {}

    @Override
    public void handleException(RaftPeerId peer, Exception e, boolean reconnect) {}
  }

  /** Has this node's voter answer a request of another's; blocks while it does. */
  static byte[] serve(RaftServer server, Kind kind, byte[] request) throws IOException {
    return switch (kind) {
      case APPEND_ENTRIES ->
          server.appendEntries(AppendEntriesRequestProto.parseFrom(request)).toByteArray();
      case REQUEST_VOTE ->
          server.requestVote(RequestVoteRequestProto.parseFrom(request)).toByteArray();
      case INSTALL_SNAPSHOT ->
          server.installSnapshot(InstallSnapshotRequestProto.parseFrom(request)).toByteArray();
      case START_LEADER_ELECTION ->
          server
              .startLeaderElection(StartLeaderElectionRequestProto.parseFrom(request))
              .toByteArray();
    };
  }
}
