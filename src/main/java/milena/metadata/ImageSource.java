package milena.metadata;

/**
 * Where a node's newest {@link ClusterImage} is found, and how to hear of the next one. May be used
 * from any thread.
 */
public interface ImageSource {

  /** The newest image this node has applied; never null, {@link ClusterImage#EMPTY} at first. */
  ClusterImage current();

  /**
   * Hears of every change from now on. The first call tells of the step from {@link
   * ClusterImage#EMPTY} to what is current, so that a subscriber needs no other start. Calls come
   * in order, never two at a time, and may skip images in between; they must not block.
   */
  Subscription subscribe(Listener listener);

  /** Told of each step. */
  @FunctionalInterface
  interface Listener {
    void onChange(ClusterImage old, ClusterImage now);
  }

  /** Ends a subscription; a call that is under way may still finish. */
  @FunctionalInterface
  interface Subscription {
    void cancel();
  }
}
