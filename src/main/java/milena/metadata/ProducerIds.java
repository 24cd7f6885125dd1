package milena.metadata;

import java.util.List;
import milena.common.Outcome;
import org.apache.kafka.common.protocol.Errors;

/** Hands out producer ids in blocks, each id once in the cluster's life. */
public final class ProducerIds {
  /** As many as Kafka's: rarely asked for, and few are lost when a broker stops. */
  public static final int BLOCK_SIZE = 1000;

  private ProducerIds() {}

  /** A block of ids from {@code first} on. */
  public record Block(Outcome outcome, long first, int count) {}

  /** The next block, for a broker's present incarnation. */
  public static Decision<Block> allocate(ClusterImage image, int broker, long brokerEpoch) {
    BrokerImage asking = image.brokers().get(broker);
    if (asking == null || asking.epoch() != brokerEpoch) {
      return Decision.reply(new Block(Outcome.of(Errors.STALE_BROKER_EPOCH), -1, 0));
    }
    long first = image.nextProducerId();
    if (first > Long.MAX_VALUE - BLOCK_SIZE) {
      return Decision.reply(new Block(Outcome.of(Errors.UNKNOWN_SERVER_ERROR), -1, 0));
    }
    return new Decision<>(
        List.of(new ClusterEvent.ProducerIdsAllocated(first + BLOCK_SIZE)),
        new Block(Outcome.SUCCESS, first, BLOCK_SIZE));
  }
}
