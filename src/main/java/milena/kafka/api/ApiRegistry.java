package milena.kafka.api;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** The APIs that a node serves, by key. Immutable. */
public final class ApiRegistry {
  private final ApiHandler<?>[] byKey;
  private final List<ApiHandler<?>> handlers;

  public ApiRegistry(List<ApiHandler<?>> handlers) {
    this.handlers = List.copyOf(handlers);
    int keys = 0;
    for (ApiHandler<?> handler : handlers) {
      keys = Math.max(keys, handler.api().id + 1);
    }
    byKey = new ApiHandler<?>[keys];
    for (ApiHandler<?> handler : handlers) {
      int key = handler.api().id;
      if (byKey[key] != null) {
        throw new IllegalArgumentException("Two handlers for " + handler.api());
      }
      byKey[key] = handler;
    }
  }

  /** This registry and the ApiVersions handler that tells of it, and of itself. */
  public ApiRegistry withApiVersions(ServedFeatures features) {
    List<ApiHandler<?>> all = new ArrayList<>(handlers);
    all.add(new ApiVersionsHandler(this, features));
    return new ApiRegistry(all);
  }

  /** Every handler, in the order given. */
  public List<ApiHandler<?>> handlers() {
    return handlers;
  }

  /** The handler of this API, or null when it is not served. */
  public ApiHandler<?> find(short apiKey) {
    return apiKey >= 0 && apiKey < byKey.length ? byKey[apiKey] : null;
  }

  /** The handler of this API, or null when it is not served. */
  public ApiHandler<?> find(ApiKeys api) {
    return find(api.id);
  }

  /** Whether this version of a served API is served. */
  static boolean serves(ApiHandler<? extends ApiMessage> handler, short version) {
    return version >= handler.minVersion() && version <= handler.maxVersion();
  }
}
