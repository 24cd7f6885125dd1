import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The world that the services act upon. Everything in it is known by its order, so that doing it
 * again does nothing: that is what makes "at least once" enough.
 */
final class Shop {
  private final Map<String, String> reserved = new ConcurrentHashMap<>();
  private final Map<String, String> parcels = new ConcurrentHashMap<>();
  private final Map<String, String> letters = new ConcurrentHashMap<>();
  private final AtomicInteger repeated = new AtomicInteger();

  void reserve(String order, String item) {
    once(reserved, order, item);
  }

  void ship(String order, String item) {
    once(parcels, order, item);
  }

  void write(String order, String text) {
    once(letters, order, text);
  }

  private void once(Map<String, String> done, String order, String what) {
    if (done.putIfAbsent(order, what) != null) {
      repeated.incrementAndGet();
    }
  }

  /** Whether every order is through. */
  boolean isDone(int orders, int paid) {
    return letters.size() == orders && parcels.size() == paid && reserved.size() == paid;
  }

  @Override
  public String toString() {
    return "%d customers told, %d parcels shipped, %d items taken from stock; %d repeats recognised"
        .formatted(letters.size(), parcels.size(), reserved.size(), repeated.get());
  }
}
