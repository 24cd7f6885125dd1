package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import milena.testing.WireClient;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.*;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** For each API, what it is there for: a request that must succeed in every version of it. */
final class WireExamples {
  /** Tries one version on a fresh connection; gives the response that must hold no error. */
  interface Example {
    ApiMessage tried(WireClient client, int version) throws Exception;
  }

  private final BrokerRule kafka;
  private final String topic;
  private final Uuid topicId;
  private final Map<ApiKeys, Example> examples = new EnumMap<>(ApiKeys.class);

  /** Makes a topic with a few records for the examples to be about. */
  WireExamples(BrokerRule kafka) throws Exception {
    this.kafka = kafka;
    // The records' times are so small that they would be deleted for their age.
    this.topic = kafka.topic("wire", 1, Map.of("retention.ms", "-1"));
    this.topicId =
        kafka.admin().describeTopics(List.of(topic)).allTopicNames().get().get(topic).topicId();
    try (var producer = kafka.producer()) {
      for (int i = 0; i < 5; i++) {
        producer.send(new ProducerRecord<>(topic, 0, 1000L + i, "k", "v"));
      }
    }
    partitions();
    topics();
    configs();
    examples.putAll(new WireGroupExamples(topic, topicId).all());
    cluster();
  }

  /** The example of an API; null where there is none. */
  Example of(ApiKeys api) {
    return examples.get(api);
  }

  /** A request that changes nothing, in version 12. */
  ApiMessage request(ApiKeys api) {
    return api == ApiKeys.FETCH ? fetch(12) : new MetadataRequestData().setTopics(List.of());
  }

  ProduceRequestData produce(int version, MemoryRecords records) {
    var partition = new ProduceRequestData.PartitionProduceData().setIndex(0).setRecords(records);
    var data = new ProduceRequestData.TopicProduceData().setPartitionData(List.of(partition));
    var topics = new ProduceRequestData.TopicProduceDataCollection();
    topics.add(version >= 13 ? data.setTopicId(topicId) : data.setName(topic));
    return new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000).setTopicData(topics);
  }

  private FetchRequestData fetch(int version) {
    var partition =
        new FetchRequestData.FetchPartition()
            .setPartition(0)
            .setFetchOffset(2)
            .setPartitionMaxBytes(1_000_000);
    if (version >= 9) {
      partition.setCurrentLeaderEpoch(0);
    }
    var data = new FetchRequestData.FetchTopic().setPartitions(List.of(partition));
    return new FetchRequestData()
        .setMaxWaitMs(1000)
        .setMinBytes(1)
        .setMaxBytes(1_000_000)
        .setTopics(List.of(version >= 13 ? data.setTopicId(topicId) : data.setTopic(topic)));
  }

  private void partitions() {
    examples.put(
        ApiKeys.PRODUCE,
        (client, version) -> {
          MemoryRecords records =
              MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(2000, "v".getBytes()));
          var response = client.call(ProduceResponseData.class, produce(version, records), version);
          var answer = response.responses().iterator().next().partitionResponses().get(0);
          assertTrue("base offset " + answer.baseOffset(), answer.baseOffset() >= 5);
          assertEquals(version >= 5 ? 0 : -1, answer.logStartOffset());
          return response;
        });
    examples.put(
        ApiKeys.FETCH,
        (client, version) -> {
          var response = client.call(FetchResponseData.class, fetch(version), version);
          var data = response.responses().get(0).partitions().get(0);
          assertTrue(data.highWatermark() >= 5);
          var batch = ((MemoryRecords) data.records()).batches().iterator().next();
          assertTrue(batch.lastOffset() >= 2);
          batch.ensureValid();
          return response;
        });
    examples.put(
        ApiKeys.LIST_OFFSETS,
        (client, version) -> {
          ApiMessage response = null;
          for (long timestamp : new long[] {-1, -2, 1003}) {
            var partition =
                new ListOffsetsRequestData.ListOffsetsPartition()
                    .setPartitionIndex(0)
                    .setTimestamp(timestamp);
            var request =
                new ListOffsetsRequestData()
                    .setReplicaId(-1)
                    .setTopics(
                        List.of(
                            new ListOffsetsRequestData.ListOffsetsTopic()
                                .setName(topic)
                                .setPartitions(List.of(partition))));
            var answer = client.call(ListOffsetsResponseData.class, request, version);
            long offset = answer.topics().get(0).partitions().get(0).offset();
            if (timestamp == -1) {
              assertTrue("end " + offset, offset >= 5);
            } else {
              assertEquals(timestamp == -2 ? 0 : 3, offset);
            }
            response = answer;
          }
          return response;
        });
    examples.put(
        ApiKeys.OFFSET_FOR_LEADER_EPOCH,
        (client, version) -> {
          var partition =
              new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition()
                  .setPartition(0)
                  .setCurrentLeaderEpoch(0)
                  .setLeaderEpoch(0);
          var topics = new OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection();
          topics.add(
              new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
                  .setTopic(topic)
                  .setPartitions(List.of(partition)));
          var request = new OffsetForLeaderEpochRequestData().setTopics(topics);
          if (version >= 3) {
            request.setReplicaId(-1);
          }
          var response = client.call(OffsetForLeaderEpochResponseData.class, request, version);
          var end = response.topics().iterator().next().partitions().get(0);
          assertTrue(end.endOffset() >= 5);
          assertEquals(0, end.leaderEpoch());
          return response;
        });
    examples.put(
        ApiKeys.DELETE_RECORDS,
        (client, version) -> {
          String shortened = kafka.topic("wire-delete", 1);
          var request =
              new DeleteRecordsRequestData()
                  .setTimeoutMs(10_000)
                  .setTopics(
                      List.of(
                          new DeleteRecordsRequestData.DeleteRecordsTopic()
                              .setName(shortened)
                              .setPartitions(
                                  List.of(
                                      new DeleteRecordsRequestData.DeleteRecordsPartition()
                                          .setPartitionIndex(0)
                                          .setOffset(-1)))));
          return client.call(DeleteRecordsResponseData.class, request, version);
        });
    examples.put(
        ApiKeys.INIT_PRODUCER_ID,
        (client, version) -> {
          var request = new InitProducerIdRequestData().setTransactionalId(null);
          var response = client.call(InitProducerIdResponseData.class, request, version);
          var next = client.call(InitProducerIdResponseData.class, request, version);
          assertTrue(response.producerId() >= 0);
          assertTrue(next.producerId() != response.producerId());
          assertEquals(0, next.producerEpoch());
          return response;
        });
    examples.put(
        ApiKeys.DESCRIBE_PRODUCERS,
        (client, version) -> {
          var request =
              new DescribeProducersRequestData()
                  .setTopics(
                      List.of(
                          new DescribeProducersRequestData.TopicRequest()
                              .setName(topic)
                              .setPartitionIndexes(List.of(0))));
          var response = client.call(DescribeProducersResponseData.class, request, version);
          var producers = response.topics().get(0).partitions().get(0).activeProducers();
          assertEquals(1, producers.size());
          assertEquals(4, producers.get(0).lastSequence());
          return response;
        });
  }

  private void topics() {
    examples.put(
        ApiKeys.CREATE_TOPICS,
        (client, version) -> {
          String name = BrokerRule.fresh("wire-create");
          var topics = new CreateTopicsRequestData.CreatableTopicCollection();
          topics.add(
              new CreateTopicsRequestData.CreatableTopic()
                  .setName(name)
                  .setNumPartitions(2)
                  .setReplicationFactor((short) 1));
          var request = new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(10_000);
          var response = client.call(CreateTopicsResponseData.class, request, version);
          var made = response.topics().iterator().next();
          assertEquals(name, made.name());
          if (version >= 5) {
            assertEquals(2, made.numPartitions());
            assertFalse(made.configs().isEmpty());
          }
          assertEquals(version >= 7, !made.topicId().equals(Uuid.ZERO_UUID));
          return response;
        });
    examples.put(
        ApiKeys.DELETE_TOPICS,
        (client, version) -> {
          String name = kafka.topic("wire-delete", 1);
          var request = new DeleteTopicsRequestData().setTimeoutMs(10_000);
          if (version >= 6) {
            request.setTopics(
                List.of(new DeleteTopicsRequestData.DeleteTopicState().setName(name)));
          } else {
            request.setTopicNames(List.of(name));
          }
          return client.call(DeleteTopicsResponseData.class, request, version);
        });
    examples.put(
        ApiKeys.CREATE_PARTITIONS,
        (client, version) -> {
          var topics = new CreatePartitionsRequestData.CreatePartitionsTopicCollection();
          topics.add(
              new CreatePartitionsRequestData.CreatePartitionsTopic()
                  .setName(kafka.topic("wire-grow", 1))
                  .setCount(3)
                  .setAssignments(null));
          return client.call(
              CreatePartitionsResponseData.class,
              new CreatePartitionsRequestData().setTopics(topics).setTimeoutMs(10_000),
              version);
        });
    examples.put(
        ApiKeys.METADATA,
        (client, version) -> {
          var one = new MetadataRequestData.MetadataRequestTopic().setName(topic);
          var request = new MetadataRequestData().setTopics(List.of(one));
          var response = client.call(MetadataResponseData.class, request, version);
          assertEquals(
              kafka.broker().address().getPort(), response.brokers().iterator().next().port());
          var described = response.topics().iterator().next();
          assertEquals(topic, described.name());
          assertEquals(1, described.partitions().get(0).leaderId());
          if (version >= 10) {
            assertEquals(topicId, described.topicId());
          }
          if (version >= 12) {
            var byId = new MetadataRequestData.MetadataRequestTopic().setTopicId(topicId);
            var found =
                client.call(
                    MetadataResponseData.class,
                    new MetadataRequestData().setTopics(List.of(byId.setName(null))),
                    version);
            assertEquals(topic, found.topics().iterator().next().name());
          }
          return response;
        });
    examples.put(
        ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
        (client, version) -> {
          var request =
              new DescribeTopicPartitionsRequestData()
                  .setTopics(
                      List.of(
                          new DescribeTopicPartitionsRequestData.TopicRequest().setName(topic)));
          var response = client.call(DescribeTopicPartitionsResponseData.class, request, version);
          var partition = response.topics().iterator().next().partitions().get(0);
          assertEquals(List.of(1), partition.isrNodes());
          return response;
        });
  }

  private void configs() {
    examples.put(
        ApiKeys.DESCRIBE_CONFIGS,
        (client, version) -> {
          var request =
              new DescribeConfigsRequestData()
                  .setResources(
                      List.of(
                          new DescribeConfigsRequestData.DescribeConfigsResource()
                              .setResourceType((byte) 2)
                              .setResourceName(topic)
                              .setConfigurationKeys(List.of("segment.ms"))));
          var response = client.call(DescribeConfigsResponseData.class, request, version);
          var config = response.results().get(0).configs();
          assertEquals(1, config.size());
          assertEquals("604800000", config.get(0).value());
          return response;
        });
    examples.put(
        ApiKeys.ALTER_CONFIGS,
        (client, version) -> {
          String changed = kafka.topic("wire-alter", 1, Map.of("segment.ms", "70000"));
          var configs = new AlterConfigsRequestData.AlterableConfigCollection();
          configs.add(
              new AlterConfigsRequestData.AlterableConfig().setName("retention.ms").setValue("77"));
          var resources = new AlterConfigsRequestData.AlterConfigsResourceCollection();
          resources.add(
              new AlterConfigsRequestData.AlterConfigsResource()
                  .setResourceType((byte) 2)
                  .setResourceName(changed)
                  .setConfigs(configs));
          var response =
              client.call(
                  AlterConfigsResponseData.class,
                  new AlterConfigsRequestData().setResources(resources),
                  version);
          awaitConfig(client, changed, "retention.ms", "77");
          awaitConfig(client, changed, "segment.ms", "604800000"); // it replaces all there was
          return response;
        });
    examples.put(
        ApiKeys.INCREMENTAL_ALTER_CONFIGS,
        (client, version) -> {
          String changed = kafka.topic("wire-alter", 1, Map.of("segment.ms", "70000"));
          var configs = new IncrementalAlterConfigsRequestData.AlterableConfigCollection();
          configs.add(
              new IncrementalAlterConfigsRequestData.AlterableConfig()
                  .setName("retention.ms")
                  .setConfigOperation((byte) 0)
                  .setValue("77"));
          var resources = new IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection();
          resources.add(
              new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                  .setResourceType((byte) 2)
                  .setResourceName(changed)
                  .setConfigs(configs));
          var response =
              client.call(
                  IncrementalAlterConfigsResponseData.class,
                  new IncrementalAlterConfigsRequestData().setResources(resources),
                  version);
          awaitConfig(client, changed, "retention.ms", "77");
          awaitConfig(client, changed, "segment.ms", "70000");
          return response;
        });
    examples.put(
        ApiKeys.LIST_CONFIG_RESOURCES,
        (client, version) ->
            client.call(
                ListConfigResourcesResponseData.class,
                new ListConfigResourcesRequestData(),
                version));
  }

  private void awaitConfig(WireClient client, String of, String name, String value) {
    var request =
        new DescribeConfigsRequestData()
            .setResources(
                List.of(
                    new DescribeConfigsRequestData.DescribeConfigsResource()
                        .setResourceType((byte) 2)
                        .setResourceName(of)
                        .setConfigurationKeys(List.of(name))));
    Await.until(
        name + " is " + value,
        () -> {
          var response = client.call(DescribeConfigsResponseData.class, request, 4);
          return response.results().get(0).configs().get(0).value().equals(value);
        });
  }

  private void cluster() {
    examples.put(
        ApiKeys.API_VERSIONS,
        (client, version) -> {
          var request = new ApiVersionsRequestData();
          if (version >= 3) {
            request.setClientSoftwareName("wire").setClientSoftwareVersion("1");
          }
          var response = client.call(ApiVersionsResponseData.class, request, version);
          assertTrue(response.apiKeys().size() > 20);
          return response;
        });
    examples.put(
        ApiKeys.DESCRIBE_CLUSTER,
        (client, version) -> {
          var response =
              client.call(
                  DescribeClusterResponseData.class, new DescribeClusterRequestData(), version);
          assertEquals(1, response.brokers().size());
          assertFalse(response.clusterId().isEmpty());
          return response;
        });
    examples.put(
        ApiKeys.DESCRIBE_QUORUM,
        (client, version) -> {
          var log =
              new DescribeQuorumRequestData.TopicData()
                  .setTopicName("__cluster_metadata")
                  .setPartitions(List.of(new DescribeQuorumRequestData.PartitionData()));
          var response =
              client.call(
                  DescribeQuorumResponseData.class,
                  new DescribeQuorumRequestData().setTopics(List.of(log)),
                  version);
          assertEquals(1, response.topics().get(0).partitions().get(0).leaderId());
          return response;
        });
    examples.put(
        ApiKeys.ELECT_LEADERS,
        (client, version) -> {
          var request = new ElectLeadersRequestData().setTopicPartitions(null);
          var response = client.call(ElectLeadersResponseData.class, request, version);
          response
              .replicaElectionResults()
              .forEach(t -> assertEquals(0, t.partitionResult().size()));
          return response;
        });
    examples.put(
        ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
        (client, version) -> {
          var partition =
              new AlterPartitionReassignmentsRequestData.ReassignablePartition()
                  .setPartitionIndex(0)
                  .setReplicas(List.of(1));
          var data =
              new AlterPartitionReassignmentsRequestData.ReassignableTopic()
                  .setName(topic)
                  .setPartitions(List.of(partition));
          var request = new AlterPartitionReassignmentsRequestData().setTopics(List.of(data));
          var response =
              client.call(AlterPartitionReassignmentsResponseData.class, request, version);
          assertEquals(1, response.responses().get(0).partitions().size());
          return response;
        });
    examples.put(
        ApiKeys.LIST_PARTITION_REASSIGNMENTS,
        (client, version) -> {
          var response =
              client.call(
                  ListPartitionReassignmentsResponseData.class,
                  new ListPartitionReassignmentsRequestData(),
                  version);
          assertEquals(0, response.topics().size());
          return response;
        });
    examples.put(
        ApiKeys.UNREGISTER_BROKER,
        (client, version) -> {
          var request = new UnregisterBrokerRequestData().setBrokerId(77);
          var response = client.call(UnregisterBrokerResponseData.class, request, version);
          assertEquals(Errors.BROKER_ID_NOT_REGISTERED.code(), response.errorCode());
          return new UnregisterBrokerResponseData();
        });
    examples.put(
        ApiKeys.UPDATE_FEATURES,
        (client, version) -> {
          var versions =
              client.call(
                  ApiVersionsResponseData.class,
                  new ApiVersionsRequestData()
                      .setClientSoftwareName("wire")
                      .setClientSoftwareVersion("1"),
                  4);
          var updates = new UpdateFeaturesRequestData.FeatureUpdateKeyCollection();
          updates.add(
              new UpdateFeaturesRequestData.FeatureUpdateKey()
                  .setFeature("metadata.version")
                  .setMaxVersionLevel(
                      versions.finalizedFeatures().find("metadata.version").maxVersionLevel()));
          var request = new UpdateFeaturesRequestData().setFeatureUpdates(updates);
          return client.call(UpdateFeaturesResponseData.class, request, version);
        });
    examples.put(
        ApiKeys.DESCRIBE_LOG_DIRS,
        (client, version) -> {
          var response =
              client.call(
                  DescribeLogDirsResponseData.class,
                  new DescribeLogDirsRequestData().setTopics(null),
                  version);
          assertEquals(kafka.broker().logDir().toString(), response.results().get(0).logDir());
          return response;
        });
    examples.put(
        ApiKeys.ALTER_REPLICA_LOG_DIRS,
        (client, version) -> {
          var here =
              new AlterReplicaLogDirsRequestData.AlterReplicaLogDir()
                  .setPath(kafka.broker().logDir().toString());
          here.topics()
              .add(
                  new AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic()
                      .setName(topic)
                      .setPartitions(List.of(0)));
          var request = new AlterReplicaLogDirsRequestData();
          request.dirs().add(here);
          var response = client.call(AlterReplicaLogDirsResponseData.class, request, version);
          assertEquals(0, response.results().get(0).partitions().get(0).partitionIndex());
          return response;
        });
  }
}
