package milena.broker.raft;

import java.nio.file.Path;
import java.util.List;

/**
 * What a voter needs to know.
 *
 * @param nodeId this node's id
 * @param voters the ids of all voters, this one's among them
 * @param metadataDirectory the log directory that the metadata log lives in
 */
public record RaftSettings(int nodeId, List<Integer> voters, Path metadataDirectory) {

  /** Beside the directories of partitions, whose names all end in a dash and a number. */
  public static final String DIRECTORY = "__metadata.raft";

  public RaftSettings {
    voters = List.copyOf(voters);
    if (!voters.contains(nodeId)) {
      throw new IllegalArgumentException(
          "Node %d is none of the voters %s".formatted(nodeId, voters));
    }
  }

  Path raftDirectory() {
    return metadataDirectory.resolve(DIRECTORY);
  }

  boolean isAlone() {
    return voters.size() == 1;
  }
}
