package milena.node;

import akka.actor.typed.ActorSystem;
import java.io.IOException;
import java.util.function.Consumer;
import milena.broker.raft.FollowedMetadataLog;
import milena.broker.raft.MetadataLog;
import milena.broker.raft.RaftEndpoint;
import milena.broker.raft.RaftRpc;
import milena.broker.raft.RaftSettings;
import milena.broker.raft.RatisMetadataLog;
import milena.common.config.BrokerConfig;

/** Opens a node's end of the metadata log: a controller votes, every other node follows. */
final class QuorumPart {
  private final BrokerConfig config;
  private final QuorumPeers peers;
  private volatile ActorSystem<?> system;

  QuorumPart(BrokerConfig config, QuorumPeers peers) {
    this.config = config;
    this.peers = peers;
  }

  /**
   * @param onFailure told when this node can't go on
   */
  MetadataLog open(Consumer<Throwable> onFailure) throws IOException {
    if (!config.isController()) {
      return new FollowedMetadataLog();
    }
    RaftSettings settings =
        new RaftSettings(
            config.nodeId(),
            peers.ids(),
            config.directories().metadata(),
            config.quorum().electionTimeoutMs());
    return RatisMetadataLog.start(
        settings, (peer, kind, request) -> call(settings, peer, kind, request), onFailure);
  }

  /** The log opens beside the actor system, and may want to talk before it is there. */
  void talkThrough(ActorSystem<?> present) {
    system = present;
  }

  private byte[] call(RaftSettings settings, String peer, RaftRpc.Kind kind, byte[] request)
      throws IOException {
    ActorSystem<?> present = system;
    if (present == null) {
      throw new IOException("This node's actor system is not up yet");
    }
    return RaftEndpoint.transport(
            present, voter -> peers.raft(present, voter), settings.requestTimeout())
        .call(peer, kind, request);
  }
}
