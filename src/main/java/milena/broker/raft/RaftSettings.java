package milena.broker.raft;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a voter needs to know.
 *
 * @param nodeId this node's id
 * @param voters the ids of all voters, this one's among them
 * @param metadataDirectory the log directory that the metadata log lives in
 * @param electionTimeoutMs about how long a leader may be silent
 */
public record RaftSettings(
    int nodeId, List<Integer> voters, Path metadataDirectory, int electionTimeoutMs) {

  /** Beside the directories of partitions, whose names all end in a dash and a number. */
  public static final String DIRECTORY = "__metadata.raft";

  public RaftSettings {
    voters = List.copyOf(voters);
    if (!voters.contains(nodeId)) {
      throw new IllegalArgumentException(
          "Node %d is none of the voters %s".formatted(nodeId, voters));
    }
  }

  /** With the usual time-out. */
  public RaftSettings(int nodeId, List<Integer> voters, Path metadataDirectory) {
    this(nodeId, voters, metadataDirectory, 1_000);
  }

  /** How long a voter waits for another's answer: a silent one must not unseat a leader. */
  public Duration requestTimeout() {
    return Duration.ofMillis(electionTimeoutMs / 2);
  }

  Path raftDirectory() {
    return metadataDirectory.resolve(DIRECTORY);
  }

  boolean isAlone() {
    return voters.size() == 1;
  }
}
