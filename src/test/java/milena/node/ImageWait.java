package milena.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;

/** Waits for a node to have heard of something. */
final class ImageWait {
  private static final int PATIENCE_SECONDS = 180;

  private ImageWait() {}

  /** The first image that meets a condition; fails when there is none for three minutes. */
  static ClusterImage until(ImageSource images, Predicate<ClusterImage> condition)
      throws Exception {
    CompletableFuture<ClusterImage> met = new CompletableFuture<>();
    ImageSource.Subscription subscription =
        images.subscribe(
            (old, now) -> {
              if (condition.test(now)) {
                met.complete(now);
              }
            });
    try {
      return met.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("It never came to that; it is " + images.current(), e);
    } finally {
      subscription.cancel();
    }
  }
}
