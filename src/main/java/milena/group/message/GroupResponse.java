package milena.group.message;

import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a group answers; there is one kind for each request, and {@link Refused} for any of them.
 */
public sealed interface GroupResponse {

  /** The coordinator could not take the request to the group. */
  record Refused(Errors error) implements GroupResponse {}

  /**
   * The end of a join.
   *
   * @param protocolType null when there is none
   * @param protocolName null when there is none
   * @param members all members and what they told the chosen assignor, for the leader only
   * @param skipAssignment whether the leader must not assign anew
   */
  record Joined(
      Errors error,
      String memberId,
      int generation,
      String protocolType,
      String protocolName,
      String leader,
      List<JoinedMember> members,
      boolean skipAssignment)
      implements GroupResponse {

    public static Joined failed(Errors error, String memberId) {
      return new Joined(error, memberId, -1, null, null, "", List.of(), false);
    }

    /** A member as its leader sees it. */
    public record JoinedMember(String memberId, String instanceId, byte[] metadata) {}
  }

  /** A member's part of the generation's assignment. */
  record Synced(Errors error, String protocolType, String protocolName, byte[] assignment)
      implements GroupResponse {
    private static final byte[] NOTHING = new byte[0];

    public static Synced failed(Errors error) {
      return new Synced(error, null, null, NOTHING);
    }
  }

  /** The answer to a sign of life. */
  record HeartbeatAnswered(Errors error) implements GroupResponse {}

  /** One answer for each leaver, in order. */
  record Left(List<LeftMember> members) implements GroupResponse {
    public Left {
      members = List.copyOf(members);
    }

    /** Named as the request did. */
    public record LeftMember(String memberId, String instanceId, Errors error) {}
  }

  /** One answer for each offset, in order; or none, with an error for all. */
  record OffsetsCommitted(Errors error, List<Errors> partitions) implements GroupResponse {
    public OffsetsCommitted {
      partitions = List.copyOf(partitions);
    }
  }

  /** One answer for each partition asked for, in order, or all there are. */
  record OffsetsFetched(List<FetchedOffset> offsets) implements GroupResponse {
    public OffsetsFetched {
      offsets = List.copyOf(offsets);
    }

    /**
     * @param offset -1 when there is none
     */
    public record FetchedOffset(
        Errors error, String topic, int partition, long offset, int leaderEpoch, String metadata) {}
  }

  /** One answer for each partition, in order; or none, with an error for all. */
  record OffsetsDeleted(Errors error, List<Errors> partitions) implements GroupResponse {
    public OffsetsDeleted {
      partitions = List.copyOf(partitions);
    }
  }

  /** The administrative view. */
  record Described(
      Errors error,
      String state,
      String protocolType,
      String protocolName,
      List<DescribedMember> members)
      implements GroupResponse {
    public Described {
      members = List.copyOf(members);
    }

    /** The metadata is empty while the group is between two generations. */
    public record DescribedMember(
        String memberId,
        String instanceId,
        String clientId,
        String clientHost,
        byte[] metadata,
        byte[] assignment) {}
  }

  /** Whether the group was deleted. */
  record Deleted(Errors error) implements GroupResponse {}

  /** Nothing to tell. */
  record Noted() implements GroupResponse {}
}
