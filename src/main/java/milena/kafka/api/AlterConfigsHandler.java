package milena.kafka.api;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import milena.common.Outcome;
import milena.kafka.api.ConfigAlterations.Asked;
import milena.kafka.api.ConfigAlterations.Resource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;

/** AlterConfigs, the older way: a resource has exactly the settings that are named, no others. */
public final class AlterConfigsHandler implements ApiHandler<AlterConfigsRequestData> {
  private final ConfigAlterations alterations;

  public AlterConfigsHandler(ConfigAlterations alterations) {
    this.alterations = alterations;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.ALTER_CONFIGS;
  }

  @Override
  public CompletionStage<AlterConfigsResponseData> handle(
      RequestContext context, AlterConfigsRequestData request) {
    List<Resource> resources = new ArrayList<>();
    for (AlterConfigsResource resource : request.resources()) {
      List<Asked> changes = new ArrayList<>();
      for (AlterableConfig config : resource.configs()) {
        changes.add(new Asked(config.name(), LoggerChanges.SET, config.value()));
      }
      resources.add(new Resource(resource.resourceType(), resource.resourceName(), changes));
    }
    return alterations
        .alter(resources, true, request.validateOnly())
        .thenApply(outcomes -> answer(resources, outcomes));
  }

  private static AlterConfigsResponseData answer(List<Resource> resources, List<Outcome> outcomes) {
    AlterConfigsResponseData response = new AlterConfigsResponseData();
    for (int i = 0; i < resources.size(); i++) {
      response
          .responses()
          .add(
              new AlterConfigsResourceResponse()
                  .setResourceType(resources.get(i).type())
                  .setResourceName(resources.get(i).name())
                  .setErrorCode(outcomes.get(i).errorCode())
                  .setErrorMessage(outcomes.get(i).message()));
    }
    return response;
  }
}
