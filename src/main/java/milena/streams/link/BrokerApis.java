package milena.streams.link;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/** What a broker answers to Kafka's messages; the node hands it in. */
@FunctionalInterface
public interface BrokerApis {
  /**
   * The answer, in the same version. Fails as the API would answer.
   *
   * @param clientId as the asker calls itself
   */
  CompletionStage<? extends ApiMessage> handle(String clientId, short version, ApiMessage request);
}
