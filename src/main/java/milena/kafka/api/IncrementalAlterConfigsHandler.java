package milena.kafka.api;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import milena.common.Outcome;
import milena.kafka.api.ConfigAlterations.Asked;
import milena.kafka.api.ConfigAlterations.Resource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;

/** IncrementalAlterConfigs: changes the settings that are named and leaves the others alone. */
public final class IncrementalAlterConfigsHandler
    implements ApiHandler<IncrementalAlterConfigsRequestData> {
  private final ConfigAlterations alterations;

  public IncrementalAlterConfigsHandler(ConfigAlterations alterations) {
    this.alterations = alterations;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.INCREMENTAL_ALTER_CONFIGS;
  }

  @Override
  public CompletionStage<IncrementalAlterConfigsResponseData> handle(
      RequestContext context, IncrementalAlterConfigsRequestData request) {
    List<Resource> resources = new ArrayList<>();
    for (AlterConfigsResource resource : request.resources()) {
      List<Asked> changes = new ArrayList<>();
      for (AlterableConfig config : resource.configs()) {
        changes.add(new Asked(config.name(), config.configOperation(), config.value()));
      }
      resources.add(new Resource(resource.resourceType(), resource.resourceName(), changes));
    }
    return alterations
        .alter(resources, false, request.validateOnly())
        .thenApply(outcomes -> answer(resources, outcomes));
  }

  private static IncrementalAlterConfigsResponseData answer(
      List<Resource> resources, List<Outcome> outcomes) {
    IncrementalAlterConfigsResponseData response = new IncrementalAlterConfigsResponseData();
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
