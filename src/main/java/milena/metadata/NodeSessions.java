package milena.metadata;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * When the controller last heard from each run of a node, and which of them it is having a look at.
 * Nothing of it is durable. Times are of any clock that only goes forward.
 *
 * <p>A node that was not heard of for a while is looked at: whose port is refused is dead. One that
 * says nothing and can't be reached counts as dead after a long while only, or, where all members
 * of the actor cluster are silent and somebody waits to join it, after as long as fences a broker:
 * those who wait can't serve anybody. A new controller has heard of nobody, so it looks at
 * everybody at once, but waits as long as any other before it buries somebody it can't reach.
 */
public final class NodeSessions {
  private final long lookAfterMs;
  private final long awaitedForMs;
  private final long deadAfterMs;
  private final long startedMs;
  private final Map<Long, Long> heard = new HashMap<>();
  private final Set<Long> suspected = new HashSet<>();
  private final Set<Long> lookedAt = new HashSet<>();

  /**
   * @param lookAfterMs the silence after which a node is looked at
   * @param awaitedForMs the silence after which the members are dead whom those who are to join
   *     wait for in vain
   * @param deadAfterMs the silence after which any that can't be reached is dead
   */
  public NodeSessions(long lookAfterMs, long awaitedForMs, long deadAfterMs, long nowMs) {
    this.lookAfterMs = lookAfterMs;
    this.awaitedForMs = awaitedForMs;
    this.deadAfterMs = deadAfterMs;
    this.startedMs = nowMs;
  }

  /** A sign of life of a run. */
  public void heard(long uid, long nowMs) {
    heard.put(uid, nowMs);
  }

  /** Somebody takes this run for dead. */
  public void suspect(long uid) {
    suspected.add(uid);
  }

  /** The look at this run has ended. */
  public void looked(long uid) {
    lookedAt.remove(uid);
  }

  /** The nodes to look at now; each is looked at until {@link #looked}. */
  public List<MemberNode> toLookAt(MembershipImage membership, long nowMs) {
    List<MemberNode> due =
        membership.nodes().values().stream()
            .filter(node -> isSilent(node.uid(), nowMs) || suspected.contains(node.uid()))
            .filter(node -> lookedAt.add(node.uid()))
            .toList();
    suspected.clear();
    heard
        .keySet()
        .removeIf(uid -> membership.nodes().values().stream().noneMatch(n -> n.uid() == uid));
    return due;
  }

  private boolean isSilent(long uid, long nowMs) {
    Long last = heard.get(uid);
    return last == null || nowMs - last >= lookAfterMs;
  }

  private long silenceMs(MemberNode node, long nowMs) {
    return nowMs - heard.getOrDefault(node.uid(), startedMs);
  }

  /** The nodes that were silent for so long that they count as dead. */
  public List<MemberNode> dead(MembershipImage membership, long nowMs) {
    Collection<MemberNode> doors = membership.doors();
    boolean waiting =
        membership.nodes().values().stream()
            .anyMatch(node -> !doors.contains(node) && !isSilent(node.uid(), nowMs));
    boolean inVain =
        waiting && doors.stream().allMatch(node -> silenceMs(node, nowMs) >= awaitedForMs);
    return membership.nodes().values().stream()
        .filter(node -> silenceMs(node, nowMs) >= deadAfterMs || (inVain && doors.contains(node)))
        .toList();
  }
}
