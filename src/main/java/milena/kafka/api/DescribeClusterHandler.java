package milena.kafka.api;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.metadata.BrokerImage;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.ImageSource;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** DescribeCluster: the cluster's id and its brokers, fenced ones too when asked for. */
public final class DescribeClusterHandler implements ApiHandler<DescribeClusterRequestData> {
  private static final byte BROKERS = 1;
  private static final byte CONTROLLERS = 2;

  private final int nodeId;
  private final ImageSource images;

  public DescribeClusterHandler(int nodeId, ImageSource images) {
    this.nodeId = nodeId;
    this.images = images;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.DESCRIBE_CLUSTER;
  }

  @Override
  public CompletionStage<DescribeClusterResponseData> handle(
      RequestContext context, DescribeClusterRequestData request) {
    return CompletableFuture.completedFuture(answer(context, request));
  }

  private DescribeClusterResponseData answer(
      RequestContext context, DescribeClusterRequestData request) {
    if (request.endpointType() == CONTROLLERS) {
      return refused(
          Errors.MISMATCHED_ENDPOINT_TYPE,
          "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type"
              + " CONTROLLER");
    }
    if (request.endpointType() != BROKERS) {
      return refused(
          Errors.UNSUPPORTED_ENDPOINT_TYPE,
          "Unsupported endpoint type " + (request.endpointType() & 0xff));
    }
    ListenerView view = new ListenerView(images.current(), context.listenerName());
    DescribeClusterResponseData response =
        new DescribeClusterResponseData()
            .setClusterId(view.image().clusterId().orElse(""))
            .setControllerId(view.controllerId(nodeId));
    for (BrokerImage broker : brokers(view, request.includeFencedBrokers())) {
      Endpoint endpoint = broker.listeners().get(context.listenerName());
      response
          .brokers()
          .add(
              new DescribeClusterBroker()
                  .setBrokerId(broker.id())
                  .setHost(endpoint == null ? "" : endpoint.host())
                  .setPort(endpoint == null ? -1 : endpoint.port())
                  .setRack(broker.rack().orElse(null))
                  .setIsFenced(broker.fenced()));
    }
    return request.includeClusterAuthorizedOperations()
        ? response.setClusterAuthorizedOperations(AuthorizedOperations.CLUSTER)
        : response;
  }

  private static List<BrokerImage> brokers(ListenerView view, boolean fencedToo) {
    if (!fencedToo) {
      return view.liveBrokers();
    }
    List<BrokerImage> all = new ArrayList<>(view.image().brokers().values());
    all.sort(Comparator.comparingInt(BrokerImage::id));
    return all;
  }

  private static DescribeClusterResponseData refused(Errors error, String message) {
    return new DescribeClusterResponseData()
        .setErrorCode(error.code())
        .setErrorMessage(message)
        .setClusterId("");
  }
}
