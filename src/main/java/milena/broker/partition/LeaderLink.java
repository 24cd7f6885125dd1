package milena.broker.partition;

import java.util.concurrent.CompletionStage;
import milena.metadata.BrokerImage.Endpoint;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;

/** A follower's connection to a leading broker; one request at a time. */
public interface LeaderLink {

  /**
   * What a leader has answered.
   *
   * @param memory where the records lie; who gets the answer is its first user
   */
  record Answer(FetchResponseData response, AnswerMemory memory) {}

  /** Sends a fetch, over a connection that is made when there is none yet. */
  CompletionStage<Answer> fetch(FetchRequestData request);

  /** Closes the connection; what is under way fails. */
  void close();

  /** Makes links. */
  interface Dialer {
    LeaderLink dial(Endpoint endpoint);
  }
}
