package milena.group.message;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * What a group can be asked. Identifiers that a client may leave out are null (instance ids) or
 * empty (member ids), as in the protocol.
 */
public sealed interface GroupRequest {

  /** One way a member can work: an assignor's name and what the member tells that assignor. */
  record Protocol(String name, byte[] metadata) {}

  /**
   * A member wants to be part of the next generation.
   *
   * @param memberId empty for a member that has none yet
   * @param instanceId of a static member (KIP-345), else null
   * @param freshId what makes a new member's id unique; chosen by the caller, since a group rolls
   *     no dice
   * @param memberIdRequired whether a new dynamic member must come again with the id it is given
   *     (KIP-394)
   * @param understandsSkipAssignment whether a leader may be told to leave the assignment as it is
   *     (KIP-814)
   */
  record Join(
      String memberId,
      String instanceId,
      String clientId,
      String clientHost,
      int sessionTimeoutMs,
      int rebalanceTimeoutMs,
      String protocolType,
      List<Protocol> protocols,
      String freshId,
      boolean memberIdRequired,
      boolean understandsSkipAssignment)
      implements GroupRequest {
    public Join {
      protocols = List.copyOf(protocols);
    }
  }

  /**
   * A member asks for its assignment; the leader brings everyone's.
   *
   * @param protocolType null when the client is too old to say
   * @param protocolName null when the client is too old to say
   */
  record Sync(
      String memberId,
      String instanceId,
      int generation,
      String protocolType,
      String protocolName,
      Map<String, byte[]> assignments)
      implements GroupRequest {
    public Sync {
      assignments = Map.copyOf(assignments);
    }
  }

  /** A member is alive. */
  record Heartbeat(String memberId, String instanceId, int generation) implements GroupRequest {}

  /** Members leave, or are removed by an administrator. */
  record Leave(List<Leaver> leavers) implements GroupRequest {
    public Leave {
      leavers = List.copyOf(leavers);
    }

    /** A static member may be named by its instance alone, with an empty member id. */
    public record Leaver(String memberId, String instanceId) {}
  }

  /**
   * Offsets to remember.
   *
   * @param generation negative, with an empty member id, when the committer is no member
   * @param retentionMs how long to keep them, -1 for as long as the broker does
   * @param understandsGroupNotFound whether the client knows GROUP_ID_NOT_FOUND as an answer
   */
  record CommitOffsets(
      String memberId,
      String instanceId,
      int generation,
      long retentionMs,
      List<OffsetToCommit> offsets,
      boolean understandsGroupNotFound)
      implements GroupRequest {
    public CommitOffsets {
      offsets = List.copyOf(offsets);
    }

    /**
     * @param topicId {@link Uuid#ZERO_UUID} when the client only knows the name
     * @param leaderEpoch -1 when the client does not know it
     */
    public record OffsetToCommit(
        Uuid topicId, String topic, int partition, long offset, int leaderEpoch, String metadata) {}
  }

  /**
   * Which offsets are committed.
   *
   * @param partitions null for all there are
   * @param requireStable whether offsets that a transaction is about to change must not be told
   */
  record FetchOffsets(List<OffsetQuery> partitions, boolean requireStable) implements GroupRequest {
    public FetchOffsets {
      partitions = partitions == null ? null : List.copyOf(partitions);
    }

    /**
     * @param topicId {@link Uuid#ZERO_UUID} when the client only knows the name
     */
    public record OffsetQuery(Uuid topicId, String topic, int partition) {}
  }

  /** Forgets offsets of topics the group does not read any more (KIP-496). */
  record DeleteOffsets(List<TopicAndPartition> partitions) implements GroupRequest {
    public DeleteOffsets {
      partitions = List.copyOf(partitions);
    }

    /** A partition by its topic's name, which is how offsets are kept. */
    public record TopicAndPartition(String topic, int partition) {}
  }

  /** These topics are gone, and with them the meaning of their offsets. */
  record TopicsDeleted(List<String> topics) implements GroupRequest {
    public TopicsDeleted {
      topics = List.copyOf(topics);
    }
  }

  /** What the group looks like to an administrator. */
  record Describe() implements GroupRequest {}

  /** Deletes the group, if it has no members. */
  record Delete() implements GroupRequest {}
}
