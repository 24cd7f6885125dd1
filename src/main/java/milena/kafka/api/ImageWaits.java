package milena.kafka.api;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;

/** Requests that are answered only once this node's image shows what they brought about. */
public final class ImageWaits {
  private final ImageSource images;
  private final Set<Wait> waits = ConcurrentHashMap.newKeySet();

  private record Wait(Predicate<ClusterImage> seen, CompletableFuture<ClusterImage> done) {
    void look(ClusterImage image) {
      if (!done.isDone() && seen.test(image)) {
        done.complete(image);
      }
    }
  }

  public ImageWaits(ImageSource images) {
    this.images = images;
    images.subscribe((old, now) -> waits.forEach(wait -> wait.look(now)));
  }

  /**
   * The first image that passes the test, the current one included. The test is run for every image
   * and must be quick; whoever completes or cancels the future ends the wait.
   */
  CompletableFuture<ClusterImage> until(Predicate<ClusterImage> seen) {
    Wait wait = new Wait(seen, new CompletableFuture<>());
    wait.look(images.current());
    if (!wait.done().isDone()) {
      waits.add(wait);
      wait.done().whenComplete((image, failure) -> waits.remove(wait));
      wait.look(images.current());
    }
    return wait.done();
  }
}
