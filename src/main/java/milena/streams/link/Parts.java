package milena.streams.link;

import akka.util.ByteString;
import akka.util.ByteStringBuilder;

/** Puts the parts of one request or answer together; a part that is missing spoils the rest. */
final class Parts {
  private final ByteStringBuilder bytes = new ByteStringBuilder();
  private int next;

  /** The whole when this was its last part; null while there are more to come, or never. */
  ByteString add(StreamMessage message) {
    if (message.part() != next) {
      return null;
    }
    next++;
    if (message.parts() == 1) {
      return message.bytes();
    }
    bytes.append(message.bytes());
    return next == message.parts() ? bytes.result().compact() : null;
  }
}
