package milena.kafka.api;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import milena.broker.coordinator.GroupRegistry;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.TopicImage;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * FindCoordinator: the broker that leads the partition which a group belongs to. The first to ask
 * has the topic made.
 */
public final class FindCoordinatorHandler implements ApiHandler<FindCoordinatorRequestData> {
  private static final short WITH_KEYS = 4;
  private static final byte GROUP = 0;
  private static final byte TRANSACTION = 1;

  private final ImageSource images;
  private final CoordinatorTopic offsets;

  public FindCoordinatorHandler(ImageSource images, CoordinatorTopic offsets) {
    this.images = images;
    this.offsets = offsets;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.FIND_COORDINATOR;
  }

  @Override
  public CompletionStage<FindCoordinatorResponseData> handle(
      RequestContext context, FindCoordinatorRequestData request) {
    boolean mustMake = request.keyType() == GROUP && images.current().topic(offsets.name()) == null;
    return mustMake
        ? offsets.make().thenApply(made -> answer(context, request))
        : GroupAccess.done(answer(context, request));
  }

  private FindCoordinatorResponseData answer(
      RequestContext context, FindCoordinatorRequestData request) {
    ListenerView view = new ListenerView(images.current(), context.listenerName());
    if (context.apiVersion() >= WITH_KEYS) {
      List<Coordinator> found =
          request.coordinatorKeys().stream()
              .map(key -> find(view, request.keyType(), key))
              .toList();
      return new FindCoordinatorResponseData().setCoordinators(found);
    }
    Coordinator found = find(view, request.keyType(), request.key());
    return new FindCoordinatorResponseData()
        .setErrorCode(found.errorCode())
        .setErrorMessage(found.errorMessage())
        .setNodeId(found.nodeId())
        .setHost(found.host())
        .setPort(found.port());
  }

  private Coordinator find(ListenerView view, byte keyType, String key) {
    if (keyType != GROUP) {
      // Transactions have no coordinator here yet; anything else is not known at all.
      return failed(
          key, keyType == TRANSACTION ? Errors.COORDINATOR_NOT_AVAILABLE : Errors.INVALID_REQUEST);
    }
    ClusterImage image = view.image();
    TopicImage topic = image.topic(offsets.name());
    if (topic == null || topic.partitions().isEmpty()) {
      return failed(key, Errors.COORDINATOR_NOT_AVAILABLE);
    }
    int partition = GroupRegistry.partitionFor(key, topic.partitions().size());
    int leader = topic.partition(partition).leader();
    Optional<Endpoint> endpoint = view.endpoint(leader);
    return endpoint
        .map(
            at ->
                new Coordinator()
                    .setKey(key)
                    .setNodeId(leader)
                    .setHost(at.host())
                    .setPort(at.port()))
        .orElseGet(() -> failed(key, Errors.COORDINATOR_NOT_AVAILABLE));
  }

  private static Coordinator failed(String key, Errors error) {
    return new Coordinator()
        .setKey(key)
        .setNodeId(-1)
        .setHost("")
        .setPort(-1)
        .setErrorCode(error.code())
        .setErrorMessage(error.message());
  }
}
