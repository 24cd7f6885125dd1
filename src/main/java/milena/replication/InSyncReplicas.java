package milena.replication;

import java.util.Set;
import java.util.TreeSet;

/**
 * The replicas that must have a record before it counts as committed. The controller alone changes
 * them; while the leader does not know the fate of a change that it asked for (a time-out is no
 * answer), two questions have two answers:
 *
 * <ul>
 *   <li>{@link #committed}: whom the controller has, as far as is known;
 *   <li>{@link #maximal}: whom it may have by now. The high watermark waits for all of these, so
 *       that it is right whichever way the change went.
 * </ul>
 */
public sealed interface InSyncReplicas {
  Set<Integer> committed();

  Set<Integer> maximal();

  /** Whom the leader asks for. */
  Set<Integer> wanted();

  /** Whether the fate of a change is open; no other change is asked for meanwhile. */
  default boolean isPending() {
    return !(this instanceof Committed);
  }

  /** No change is under way. */
  record Committed(Set<Integer> committed) implements InSyncReplicas {
    public Committed {
      committed = Set.copyOf(committed);
    }

    @Override
    public Set<Integer> maximal() {
      return committed;
    }

    @Override
    public Set<Integer> wanted() {
      return committed;
    }

    /** The leader asks to take this follower in, for what this incarnation of it has fetched. */
    public PendingExpand toPendingExpand(int follower, long brokerEpoch) {
      return new PendingExpand(committed, follower, brokerEpoch, false);
    }

    /** The leader asks to drop these followers. */
    public PendingShrink toPendingShrink(Set<Integer> followers) {
      return new PendingShrink(committed, followers);
    }
  }

  /**
   * A follower has caught up and may already count: the larger set is the maximal one.
   *
   * @param brokerEpoch the incarnation that has caught up: a later one may have lost what this one
   *     had, so the question is never repeated in its name
   * @param withdrawn whether the leader wants it no longer, but an earlier request may still be
   *     under way: it asks for what was committed, which is accepted only in the place of that
   *     request
   */
  record PendingExpand(Set<Integer> committed, int added, long brokerEpoch, boolean withdrawn)
      implements InSyncReplicas {
    public PendingExpand {
      committed = Set.copyOf(committed);
    }

    @Override
    public Set<Integer> maximal() {
      Set<Integer> all = new TreeSet<>(committed);
      all.add(added);
      return all;
    }

    @Override
    public Set<Integer> wanted() {
      return withdrawn ? committed : maximal();
    }

    /** The controller refused, but one of the requests before may yet be accepted. */
    PendingExpand toWithdrawn() {
      return new PendingExpand(committed, added, brokerEpoch, true);
    }
  }

  /** Followers have fallen behind and may still count: nothing is taken for granted. */
  record PendingShrink(Set<Integer> committed, Set<Integer> removed) implements InSyncReplicas {
    public PendingShrink {
      committed = Set.copyOf(committed);
      removed = Set.copyOf(removed);
    }

    @Override
    public Set<Integer> maximal() {
      return committed;
    }

    @Override
    public Set<Integer> wanted() {
      Set<Integer> rest = new TreeSet<>(committed);
      rest.removeAll(removed);
      return rest;
    }
  }
}
