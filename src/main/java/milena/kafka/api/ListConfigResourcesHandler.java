package milena.kafka.api;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.metadata.BrokerImage;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData.ConfigResource;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * ListConfigResources (KIP-1142): everything that has settings. Version 0 asks for client metrics
 * subscriptions only, of which there are none.
 */
public final class ListConfigResourcesHandler
    implements ApiHandler<ListConfigResourcesRequestData> {
  private static final List<Byte> ALL =
      List.of(
          Type.TOPIC.id(),
          Type.BROKER.id(),
          Type.BROKER_LOGGER.id(),
          Type.CLIENT_METRICS.id(),
          Type.GROUP.id());

  private final ImageSource images;

  public ListConfigResourcesHandler(ImageSource images) {
    this.images = images;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.LIST_CONFIG_RESOURCES;
  }

  @Override
  public CompletionStage<ListConfigResourcesResponseData> handle(
      RequestContext context, ListConfigResourcesRequestData request) {
    ListConfigResourcesResponseData response = new ListConfigResourcesResponseData();
    if (context.apiVersion() == 0) {
      return CompletableFuture.completedFuture(response);
    }
    Set<Byte> types =
        new TreeSet<>(request.resourceTypes().isEmpty() ? ALL : request.resourceTypes());
    if (!ALL.containsAll(types)) {
      return CompletableFuture.completedFuture(
          response.setErrorCode(Errors.UNSUPPORTED_VERSION.code()));
    }
    for (byte type : types) {
      for (String name : names(images.current(), Type.forId(type))) {
        response
            .configResources()
            .add(new ConfigResource().setResourceType(type).setResourceName(name));
      }
    }
    return CompletableFuture.completedFuture(response);
  }

  private static Set<String> names(ClusterImage image, Type type) {
    Set<String> names = new TreeSet<>();
    switch (type) {
      case TOPIC -> names.addAll(image.topicIds().keySet());
      case BROKER, BROKER_LOGGER -> {
        for (BrokerImage broker : image.brokers().values()) {
          if (!broker.fenced()) {
            names.add(Integer.toString(broker.id()));
          }
        }
      }
      default -> {}
    }
    return names;
  }
}
