package milena.metadata;

import java.util.ArrayList;
import java.util.List;

/**
 * The events of a decision while it is being made, and the image as it will be after them, so that
 * the second topic of a request sees the first.
 */
final class Draft {
  private final List<MetadataEvent> events = new ArrayList<>();
  private ClusterImage image;

  Draft(ClusterImage image) {
    this.image = image;
  }

  ClusterImage image() {
    return image;
  }

  /** The number that the next added event will have. */
  long nextSequence() {
    return image.lastSequence() + 1;
  }

  void add(MetadataEvent event) {
    image = image.apply(event);
    events.add(event);
  }

  void addAll(List<? extends MetadataEvent> added) {
    added.forEach(this::add);
  }

  int size() {
    return events.size();
  }

  <R> Decision<R> decide(R reply) {
    return new Decision<>(events, reply);
  }
}
