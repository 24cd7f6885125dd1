package milena.streams.link;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * The way to the brokers of a cluster, from inside it. May be used from any thread; stages complete
 * on any thread.
 *
 * <p>Everything but records is asked in Kafka's own messages, which have versions and the meaning
 * that every Kafka client knows; records go to and from the actor of the partition's leader.
 *
 * <p>A stage fails with a {@link org.apache.kafka.common.errors.RetriableException} when there was
 * no answer: nobody knows then what the broker did. What two calls of one thread ask of one
 * partition reaches its leader in their order.
 */
public interface BrokerLink {
  /** Any broker that can be reached. */
  int ANY = -1;

  /**
   * @param broker its id, or {@link #ANY}
   * @param version of the message, in which the answer comes as well
   * @param timeout how long to wait
   */
  CompletionStage<ApiMessage> call(int broker, ApiMessage request, short version, Duration timeout);

  CompletionStage<ReadAnswer> read(int broker, ReadRequest request);

  CompletionStage<WriteAnswer> write(int broker, WriteRequest request);
}
