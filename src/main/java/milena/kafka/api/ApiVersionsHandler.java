package milena.kafka.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import milena.kafka.api.ServedFeatures.Feature;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** ApiVersions: what this node serves, and in which versions. */
public final class ApiVersionsHandler implements ApiHandler<ApiVersionsRequestData> {
  private static final Pattern SOFTWARE =
      Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");

  private final ApiRegistry registry;
  private final ServedFeatures features;

  ApiVersionsHandler(ApiRegistry registry, ServedFeatures features) {
    this.registry = registry;
    this.features = features;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.API_VERSIONS;
  }

  @Override
  public CompletionStage<ApiVersionsResponseData> handle(
      RequestContext context, ApiVersionsRequestData request) {
    if (context.apiVersion() >= 3) {
      if (!valid(request.clientSoftwareName()) || !valid(request.clientSoftwareVersion())) {
        return CompletableFuture.completedFuture(
            new ApiVersionsResponseData().setErrorCode(Errors.INVALID_REQUEST.code()));
      }
      context
          .connection()
          .clientSoftware(request.clientSoftwareName(), request.clientSoftwareVersion());
    }
    return CompletableFuture.completedFuture(served(context.apiVersion()));
  }

  /**
   * The answer to a version of ApiVersions that is not served, in version 0, which every client can
   * read (KIP-511).
   */
  public ApiVersionsResponseData unsupportedVersion() {
    return apis().setErrorCode(Errors.UNSUPPORTED_VERSION.code());
  }

  private ApiVersionsResponseData served(short version) {
    ApiVersionsResponseData response = apis();
    if (version >= 3) {
      for (Feature feature : features.features()) {
        // Before version 4 a lowest level of 0 breaks clients (KAFKA-17011).
        if (version >= 4 || feature.minVersion() > 0) {
          response
              .supportedFeatures()
              .add(
                  new SupportedFeatureKey()
                      .setName(feature.name())
                      .setMinVersion(feature.minVersion())
                      .setMaxVersion(feature.maxVersion()));
        }
        if (feature.finalizedLevel() > 0) {
          response
              .finalizedFeatures()
              .add(
                  new FinalizedFeatureKey()
                      .setName(feature.name())
                      .setMinVersionLevel(feature.finalizedLevel())
                      .setMaxVersionLevel(feature.finalizedLevel()));
        }
      }
      response.setFinalizedFeaturesEpoch(features.finalizedEpoch().getAsLong());
    }
    return response;
  }

  private ApiVersionsResponseData apis() {
    ApiVersionsResponseData response = new ApiVersionsResponseData();
    for (ApiHandler<?> handler : registry.handlers()) {
      add(response, handler);
    }
    add(response, this);
    return response;
  }

  private static void add(ApiVersionsResponseData response, ApiHandler<?> handler) {
    // librdkafka looks for Produce v0 to tell an old broker from a new one (KAFKA-18659).
    short min =
        handler.api() == ApiKeys.PRODUCE
            ? ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION
            : handler.minVersion();
    response
        .apiKeys()
        .add(
            new ApiVersion()
                .setApiKey(handler.api().id)
                .setMinVersion(min)
                .setMaxVersion(handler.maxVersion()));
  }

  private static boolean valid(String software) {
    return SOFTWARE.matcher(software).matches();
  }
}
