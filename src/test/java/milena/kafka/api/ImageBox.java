package milena.kafka.api;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.MetadataEvent;

/** Images that a test puts in one after another. */
final class ImageBox implements ImageSource {
  private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile ClusterImage image = ClusterImage.EMPTY;

  @Override
  public ClusterImage current() {
    return image;
  }

  @Override
  public Subscription subscribe(Listener listener) {
    listener.onChange(ClusterImage.EMPTY, image);
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  ImageBox apply(MetadataEvent... events) {
    return apply(List.of(events));
  }

  ImageBox apply(List<? extends MetadataEvent> events) {
    ClusterImage old = image;
    ClusterImage now = old;
    for (MetadataEvent event : events) {
      now = now.apply(event);
    }
    image = now;
    for (Listener listener : listeners) {
      listener.onChange(old, now);
    }
    return this;
  }
}
