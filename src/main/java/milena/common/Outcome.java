package milena.common;

import org.apache.kafka.common.protocol.Errors;

/**
 * How a request, or one item of it, ended: Kafka's error code, and a sentence for the client or
 * null.
 */
public record Outcome(short errorCode, String message) {

  public static final Outcome SUCCESS = new Outcome(Errors.NONE.code(), null);

  /** Failed with the error's own sentence. */
  public static Outcome of(Errors error) {
    return error == Errors.NONE ? SUCCESS : new Outcome(error.code(), error.message());
  }

  public static Outcome of(Errors error, String message) {
    return new Outcome(error.code(), message);
  }

  public boolean ok() {
    return errorCode == Errors.NONE.code();
  }

  /** The error, never null. */
  public Errors toError() {
    return Errors.forCode(errorCode);
  }
}
