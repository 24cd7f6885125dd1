package milena.broker.coordinator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import milena.group.Group;
import milena.group.GroupConfig;
import milena.group.GroupView;
import milena.group.message.GroupRequest;
import milena.group.message.GroupRequest.CommitOffsets;
import milena.group.message.GroupRequest.Join;
import milena.group.message.GroupResponse;
import milena.group.message.GroupResponse.Refused;
import milena.group.message.Turn;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;

/** The groups that this node coordinates now; anyone may ask them, from any thread. */
public final class GroupRegistry {
  private final GroupConfig config;
  private final LongSupplier clockMs;
  private final Map<Integer, Served> partitions = new ConcurrentHashMap<>();
  private volatile int partitionCount;

  public GroupRegistry(GroupConfig config, LongSupplier clockMs) {
    this.config = config;
    this.clockMs = clockMs;
  }

  /** One partition that leads here, from when that is known until it leads elsewhere. */
  static final class Served {
    private final Map<String, GroupHandle> handles = new ConcurrentHashMap<>();
    private final Starter starter;
    private volatile boolean isLoaded;
    private volatile boolean isOver;

    Served(Starter starter) {
      this.starter = starter;
    }

    /** From now on the groups answer. */
    void loaded() {
      isLoaded = true;
    }

    Map<String, GroupHandle> handles() {
      return handles;
    }

    /** The group's handle; a new one wants its coordinator started. */
    GroupHandle start(String groupId) {
      GroupHandle handle = handles.get(groupId);
      if (handle != null) {
        return handle;
      }
      GroupHandle fresh = new GroupHandle(groupId);
      handle = handles.putIfAbsent(groupId, fresh);
      if (handle != null) {
        return handle;
      }
      if (isOver) {
        fresh.close(Errors.NOT_COORDINATOR);
      } else {
        starter.start(groupId);
      }
      return fresh;
    }

    /** Nobody is served any more, whoever comes at this very moment included. */
    void over() {
      isOver = true;
      handles.values().forEach(handle -> handle.close(Errors.NOT_COORDINATOR));
    }
  }

  /** Sees to it that a group's coordinator starts, soon and on another thread. */
  @FunctionalInterface
  interface Starter {
    void start(String groupId);
  }

  /** Which partition of {@code count} a group belongs to: Kafka's rule, which clients rely on. */
  public static int partitionFor(String groupId, int count) {
    return Utils.abs(groupId.hashCode()) % count;
  }

  /**
   * Asks a group. The answer comes when the group has it, which for a join or a sync may take
   * minutes, or is {@link Refused} when this node can't say.
   */
  public CompletionStage<GroupResponse> ask(String groupId, GroupRequest request) {
    int count = partitionCount;
    Served served = count == 0 ? null : partitions.get(partitionFor(groupId, count));
    if (served == null) {
      return CompletableFuture.completedFuture(new Refused(Errors.NOT_COORDINATOR));
    }
    if (!served.isLoaded) {
      return CompletableFuture.completedFuture(new Refused(Errors.COORDINATOR_LOAD_IN_PROGRESS));
    }
    GroupHandle handle = mayCreate(request) ? served.start(groupId) : served.handles.get(groupId);
    return handle == null
        ? CompletableFuture.completedFuture(answerOfNobody(groupId, request))
        : handle.ask(request);
  }

  /** All groups that exist here. */
  public List<GroupView> list() {
    List<GroupView> views = new ArrayList<>();
    for (Served served : partitions.values()) {
      for (GroupHandle handle : served.handles.values()) {
        GroupView view = handle.view();
        if (view != null) {
          views.add(view);
        }
      }
    }
    return views;
  }

  /** Whether a partition that leads here is still being read. */
  public boolean isLoading() {
    return partitions.values().stream().anyMatch(served -> !served.isLoaded);
  }

  private static boolean mayCreate(GroupRequest request) {
    return request instanceof Join join && join.memberId().isEmpty()
        || request instanceof CommitOffsets commit && commit.generation() < 0;
  }

  /** A group that does not exist needs no actor to say so. */
  private GroupResponse answerOfNobody(String groupId, GroupRequest request) {
    Turn<Object> turn = new Turn<>(0, clockMs.getAsLong());
    new Group<>(groupId, config).decide(request, groupId, turn);
    return turn.replies().get(0).response();
  }

  // For the host ----------------------------------------------------------------------------

  void partitionCount(int count) {
    partitionCount = count;
  }

  Served serve(int partition, Starter starter) {
    Served served = new Served(starter);
    partitions.put(partition, served);
    return served;
  }

  /** The group's handle, or null when nobody asked for the group or it isn't served here. */
  GroupHandle find(int partition, String groupId) {
    Served served = partitions.get(partition);
    return served == null ? null : served.handles.get(groupId);
  }

  /** Ends the service of a partition: whoever still waits is sent to look for the coordinator. */
  void resign(int partition, Served served) {
    partitions.remove(partition, served);
    served.over();
  }

  /** Tells all groups. */
  void broadcast(GroupRequest request) {
    for (Served served : partitions.values()) {
      served.handles.values().forEach(handle -> handle.ask(request));
    }
  }
}
