package milena.metadata;

import org.apache.kafka.common.Uuid;
import org.pcollections.PVector;

/** A topic: its id is for ever, its name may be given again after a deletion. */
public record TopicImage(Uuid id, String name, PVector<PartitionImage> partitions) {

  /** The partition with this index, or null when there is none. */
  public PartitionImage partition(int index) {
    return index >= 0 && index < partitions.size() ? partitions.get(index) : null;
  }
}
