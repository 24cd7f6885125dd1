package milena.broker.partition;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import milena.common.config.BrokerConfig.Upkeep;
import milena.common.config.ConfigLayers;

/** How the logs are looked after, which may change while the node runs. Any thread may use it. */
public final class UpkeepSettings {
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Upkeep current;

  public UpkeepSettings(Upkeep current) {
    this.current = current;
  }

  /** Kafka's defaults, but for how long an idle producer is remembered. */
  static UpkeepSettings of(int producerIdExpirationMs) {
    Map<String, String> given = Map.of("producer.id.expiration.ms", "" + producerIdExpirationMs);
    return new UpkeepSettings(Upkeep.of(ConfigLayers.of(given)));
  }

  Upkeep current() {
    return current;
  }

  /** Has the listener called after each change, on whatever thread; it must not block. */
  void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Puts others in force, from the next piece of work on. */
  public void change(Upkeep changed) {
    current = changed;
    listeners.forEach(Runnable::run);
  }
}
