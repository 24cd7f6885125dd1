package milena.kafka.server;

import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.FileRegion;
import io.netty.channel.MessageSizeEstimator;

/**
 * Counts file ranges towards a channel's unsent bytes, as Netty's own estimator does not: a client
 * that does not read its answers is answered no more.
 */
final class FileCountingEstimator implements MessageSizeEstimator {
  static final FileCountingEstimator INSTANCE = new FileCountingEstimator();

  private FileCountingEstimator() {}

  @Override
  public Handle newHandle() {
    Handle buffers = DefaultMessageSizeEstimator.DEFAULT.newHandle();
    return message ->
        message instanceof FileRegion
            ? (int) Math.min(Integer.MAX_VALUE, ((FileRegion) message).count())
            : buffers.size(message);
  }
}
