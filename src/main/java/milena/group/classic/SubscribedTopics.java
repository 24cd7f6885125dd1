package milena.group.classic;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/**
 * Reads what consumers tell their assignor. The group does not need to understand it, except to
 * know which topics' offsets are in use; so only the part that every version begins with is read.
 */
final class SubscribedTopics {
  static final String CONSUMER_PROTOCOL_TYPE = "consumer";

  private SubscribedTopics() {}

  /** All topics that these subscriptions name; empty when one of them can't be read. */
  static Optional<Set<String>> of(Collection<byte[]> subscriptions) {
    Set<String> topics = new HashSet<>();
    for (byte[] subscription : subscriptions) {
      try {
        ByteBuffer buffer = ByteBuffer.wrap(subscription);
        if (buffer.getShort() < 0) {
          return Optional.empty();
        }
        short oldest = ConsumerProtocolSubscription.LOWEST_SUPPORTED_VERSION;
        topics.addAll(
            new ConsumerProtocolSubscription(new ByteBufferAccessor(buffer), oldest).topics());
      } catch (RuntimeException e) {
        return Optional.empty();
      }
    }
    return Optional.of(topics);
  }
}
