package milena.metadata;

import java.util.List;

/**
 * What the controller makes of a request: the facts to commit, all of them in one commit or none,
 * and the answer to give once they are. Nothing has changed yet.
 */
public record Decision<R>(List<MetadataEvent> events, R reply) {

  public Decision {
    events = List.copyOf(events);
  }

  /** An answer that changes nothing. */
  public static <R> Decision<R> reply(R reply) {
    return new Decision<>(List.of(), reply);
  }

  /** The same answer without its consequences, for requests that only ask whether they could. */
  public Decision<R> withoutEvents() {
    return reply(reply);
  }
}
