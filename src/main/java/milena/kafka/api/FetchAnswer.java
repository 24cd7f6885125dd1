package milena.kafka.api;

import org.apache.kafka.common.message.FetchResponseData;

/**
 * A Fetch response that holds the segment files of its records open until it is sent or dropped.
 */
public final class FetchAnswer extends FetchResponseData implements AutoCloseable {
  @Override
  public void close() {
    for (FetchableTopicResponse topic : responses()) {
      for (PartitionData partition : topic.partitions()) {
        if (partition.records() instanceof RecordsSlice) {
          ((RecordsSlice) partition.records()).close();
        }
      }
    }
  }
}
