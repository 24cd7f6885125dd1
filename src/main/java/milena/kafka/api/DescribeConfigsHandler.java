package milena.kafka.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.common.config.ConfigLayers;
import milena.common.config.ConfigLayers.Said;
import milena.common.config.ConfigSource;
import milena.kafka.api.ConfigDescriptions.Described;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.SettingsInForce;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** DescribeConfigs: what topics, this broker and its loggers are set to, and by whom. */
public final class DescribeConfigsHandler implements ApiHandler<DescribeConfigsRequestData> {
  private final int nodeId;
  private final ImageSource images;
  private final SettingsInForce settings;
  private final LogLevels logLevels;

  public DescribeConfigsHandler(
      int nodeId, ImageSource images, SettingsInForce settings, LogLevels logLevels) {
    this.nodeId = nodeId;
    this.images = images;
    this.settings = settings;
    this.logLevels = logLevels;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.DESCRIBE_CONFIGS;
  }

  @Override
  public CompletionStage<DescribeConfigsResponseData> handle(
      RequestContext context, DescribeConfigsRequestData request) {
    ClusterImage image = images.current();
    DescribeConfigsResponseData response = new DescribeConfigsResponseData();
    for (DescribeConfigsResource resource : request.resources()) {
      DescribeConfigsResult result =
          new DescribeConfigsResult()
              .setResourceType(resource.resourceType())
              .setResourceName(resource.resourceName());
      try {
        result.setConfigs(entries(request, resource, described(image, resource)));
      } catch (ApiException e) {
        result
            .setErrorCode(Errors.forException(e).code())
            .setErrorMessage(e.getMessage())
            .setConfigs(List.of());
      }
      response.results().add(result);
    }
    return CompletableFuture.completedFuture(response);
  }

  private List<Described> described(ClusterImage image, DescribeConfigsResource resource) {
    String name = resource.resourceName();
    ConfigLayers broker = settings.broker(image).layers();
    return switch (ConfigResource.Type.forId(resource.resourceType())) {
      case TOPIC -> {
        Topic.validate(name);
        if (image.topic(name) == null) {
          throw new UnknownTopicOrPartitionException(Errors.UNKNOWN_TOPIC_OR_PARTITION.message());
        }
        yield ConfigDescriptions.ofTopic(
            image.config(new ConfigResource(ConfigResource.Type.TOPIC, name)), broker);
      }
      case BROKER -> {
        if (name.isEmpty()) {
          yield ConfigDescriptions.ofAllBrokers(broker);
        }
        ConfigResources.requireNode(name, nodeId, " or empty string");
        yield ConfigDescriptions.ofBroker(broker);
      }
      case BROKER_LOGGER -> {
        if (name.isEmpty()) {
          throw new InvalidRequestException("Broker id must not be empty");
        }
        ConfigResources.requireNode(name, nodeId, "");
        yield loggers();
      }
      case CLIENT_METRICS -> {
        if (name.isEmpty()) {
          throw new InvalidRequestException("Client metrics subscription name must not be empty");
        }
        yield List.of();
      }
      case GROUP -> {
        if (name.isEmpty()) {
          throw new InvalidRequestException("Group name must not be empty");
        }
        yield List.of();
      }
      default ->
          throw new InvalidRequestException(
              "Unexpected resource type "
                  + resource.resourceType()
                  + " for resource "
                  + resource.resourceName());
    };
  }

  private List<Described> loggers() {
    List<Described> loggers = new ArrayList<>();
    for (Map.Entry<String, String> each : new TreeMap<>(logLevels.levels()).entrySet()) {
      loggers.add(
          new Described(
              each.getKey(),
              null,
              each.getValue(),
              ConfigSource.DYNAMIC_BROKER_LOGGER,
              false,
              List.of()));
    }
    return loggers;
  }

  private static List<DescribeConfigsResourceResult> entries(
      DescribeConfigsRequestData request,
      DescribeConfigsResource resource,
      List<Described> described) {
    List<String> wanted = resource.configurationKeys();
    List<DescribeConfigsResourceResult> entries = new ArrayList<>();
    for (Described each : described) {
      if (wanted == null || wanted.isEmpty() || wanted.contains(each.name())) {
        entries.add(entry(request, each));
      }
    }
    return entries;
  }

  private static DescribeConfigsResourceResult entry(
      DescribeConfigsRequestData request, Described each) {
    boolean logger = each.source() == ConfigSource.DYNAMIC_BROKER_LOGGER;
    DescribeConfigsResourceResult entry =
        new DescribeConfigsResourceResult()
            .setName(each.name())
            .setValue(each.value())
            .setReadOnly(each.readOnly())
            .setConfigSource(each.source().id())
            .setIsSensitive(!logger && each.sensitive())
            .setConfigType(each.type());
    if (request.includeSynonyms()) {
      for (Said said : each.said()) {
        entry
            .synonyms()
            .add(
                new DescribeConfigsSynonym()
                    .setName(said.name())
                    .setValue(each.sensitive() ? null : said.value())
                    .setSource(said.source().id()));
      }
    }
    return entry.setDocumentation(request.includeDocumentation() ? each.documentation() : null);
  }
}
