package milena.node;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import milena.broker.partition.ReplicaDirectory;
import milena.common.config.BrokerConfig;
import milena.log.LogDirectory;
import milena.log.LogDirectory.Identity;
import milena.metadata.PreviousStop;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's log directories, locked for it as long as it runs, and the proof that they are its own:
 * each says in its {@code meta.properties} which node of which cluster it belongs to. A new
 * directory gets its name at once and its cluster as soon as that is known.
 */
final class Directories implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Directories.class);

  private final int nodeId;
  private final List<Owned> owned = new ArrayList<>();

  /** Those that hold no partitions but the metadata log. */
  private final List<Owned> forMetadata = new ArrayList<>();

  private Directories(int nodeId) {
    this.nodeId = nodeId;
  }

  /** A locked directory and who it says it is; its cluster is null until {@link #join}. */
  private static final class Owned {
    final LogDirectory directory;
    Identity identity;

    Owned(LogDirectory directory, Identity identity) {
      this.directory = directory;
      this.identity = identity;
    }
  }

  /**
   * Locks the directories, which are made when missing.
   *
   * @throws CannotStart when one is locked, can't be used or belongs to another node
   */
  static Directories open(int nodeId, List<Path> paths) {
    return open(nodeId, paths, List.of());
  }

  /**
   * Locks what a node of these roles keeps things in: a broker its log directories, a controller
   * the directory of the metadata log.
   *
   * @throws CannotStart when one is locked, can't be used or belongs to another node
   */
  static Directories of(BrokerConfig config) {
    List<Path> logs = config.isBroker() ? config.directories().logs() : List.of();
    Path metadata = config.directories().metadata();
    boolean apart = config.isController() && !logs.contains(metadata);
    return open(config.nodeId(), logs, apart ? List.of(metadata) : List.of());
  }

  private static Directories open(int nodeId, List<Path> logs, List<Path> metadata) {
    Directories directories = new Directories(nodeId);
    try {
      for (Path path : logs) {
        directories.open(path, directories.owned);
      }
      for (Path path : metadata) {
        directories.open(path, directories.forMetadata);
      }
      directories.requireOneCluster();
      return directories;
    } catch (RuntimeException e) {
      directories.close();
      throw e;
    }
  }

  private void open(Path path, List<Owned> among) {
    LogDirectory directory;
    try {
      directory = LogDirectory.open(path);
    } catch (IOException e) {
      throw new CannotStart(e.getMessage(), e);
    }
    Owned entry = new Owned(directory, null);
    among.add(entry);
    try {
      Identity found = directory.identity();
      if (found != null && found.nodeId() >= 0 && found.nodeId() != nodeId) {
        throw new CannotStart(
            "The log directory "
                + path
                + " belongs to node "
                + found.nodeId()
                + ", this is node "
                + nodeId
                + ": set node.id or log.dirs right.");
      }
      entry.identity =
          new Identity(
              found == null ? null : found.clusterId(),
              nodeId,
              found == null || found.directoryId() == null
                  ? Uuid.randomUuid()
                  : found.directoryId());
      if (!entry.identity.equals(found)) {
        directory.writeIdentity(entry.identity);
      }
    } catch (IOException e) {
      throw new CannotStart("The log directory " + path + " can't be used: " + e.getMessage(), e);
    }
  }

  private List<Owned> each() {
    return Stream.concat(owned.stream(), forMetadata.stream()).toList();
  }

  private void requireOneCluster() {
    for (Owned entry : each()) {
      clusterId().ifPresent(id -> requireCluster(entry, id));
    }
  }

  private static void requireCluster(Owned entry, String clusterId) {
    String said = entry.identity.clusterId();
    if (said != null && !said.equals(clusterId)) {
      throw new CannotStart(
          "The log directory "
              + entry.directory.path()
              + " belongs to the cluster "
              + said
              + ", this node to "
              + clusterId
              + ": set log.dirs right, or remove what is in it.");
    }
  }

  /** The cluster that the directories belong to, if any of them was ever used. */
  Optional<String> clusterId() {
    return each().stream()
        .map(entry -> entry.identity.clusterId())
        .filter(java.util.Objects::nonNull)
        .findFirst();
  }

  /**
   * Makes the directories the cluster's.
   *
   * @throws CannotStart when one is another's already
   */
  void join(String clusterId) {
    for (Owned entry : each()) {
      requireCluster(entry, clusterId);
      if (entry.identity.clusterId() == null) {
        entry.identity = new Identity(clusterId, nodeId, entry.identity.directoryId());
        try {
          entry.directory.writeIdentity(entry.identity);
        } catch (IOException e) {
          throw new CannotStart(
              "The log directory " + entry.directory.path() + " can't be used: " + e.getMessage(),
              e);
        }
        LOG.info(
            "Log directory {} now belongs to node {} of cluster {}.",
            entry.directory.path(),
            nodeId,
            clusterId);
      }
    }
  }

  /**
   * Refuses to begin a new metadata log beside partitions that an older one knew: it would take
   * them for strays and delete them.
   *
   * @param metadataLog where the metadata log is, or would be
   */
  void requireMetadataLog(Path metadataLog) {
    if (Files.notExists(metadataLog) && holdPartitions()) {
      throw new CannotStart(
          "The log directories "
              + owned.stream().map(entry -> entry.directory.path()).toList()
              + " hold partitions, but the metadata log that knows them is not in "
              + metadataLog.getParent()
              + ": set metadata.log.dir and log.dirs as they were.");
    }
  }

  /** Whether there is a partition in any of them. */
  boolean holdPartitions() {
    for (Owned entry : owned) {
      try {
        if (!entry.directory.partitions().isEmpty()) {
          return true;
        }
      } catch (IOException e) {
        throw new CannotStart(
            "The log directory " + entry.directory.path() + " can't be read: " + e.getMessage(), e);
      }
    }
    return false;
  }

  /** The directories' ids, in the order of {@code log.dirs}. */
  List<Uuid> ids() {
    return owned.stream().map(entry -> entry.identity.directoryId()).toList();
  }

  /**
   * Reads what is in the directories, and takes away the marks of a clean stop: for {@link #join}ed
   * directories only.
   */
  List<ReplicaDirectory> read() throws IOException {
    List<ReplicaDirectory> read = new ArrayList<>();
    for (Owned entry : owned) {
      read.add(ReplicaDirectory.load(entry.directory, entry.identity.directoryId()));
    }
    return read;
  }

  /** How the node's earlier run ended, by its worst directory; from now on, this run counts. */
  PreviousStop previousStop(List<ReplicaDirectory> read) throws IOException {
    boolean sameBoot = true;
    for (Owned entry : owned) {
      sameBoot &= BootMark.replace(entry.directory.path());
    }
    if (read.stream().allMatch(each -> each.cleanStopEpoch().isPresent())) {
      return PreviousStop.CLEAN;
    }
    return sameBoot ? PreviousStop.PROCESS_CRASH : PreviousStop.LOSSY;
  }

  List<LogDirectory> all() {
    return owned.stream().map(entry -> entry.directory).toList();
  }

  /** Frees the locks. */
  @Override
  public void close() {
    for (Owned entry : each()) {
      try {
        entry.directory.close();
      } catch (IOException e) {
        LOG.warn(
            "The lock of log directory {} could not be freed ({}); it ends with this process.",
            entry.directory.path(),
            e.getMessage());
      }
    }
    owned.clear();
    forMetadata.clear();
  }
}
