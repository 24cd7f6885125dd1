package milena.metadata;

import milena.common.Outcome;
import org.apache.kafka.common.protocol.Errors;

/** Ends the making of one item's decision with Kafka's error; never leaves this package. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Outcome outcome;

  Refusal(Errors error, String message) {
    super(message, null, false, false);
    this.outcome = Outcome.of(error, message);
  }

  Outcome outcome() {
    return outcome;
  }
}
