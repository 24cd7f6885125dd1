package milena.kafka.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Has the socket read into the frame under way where there is one, and else into buffers that adapt
 * to what comes.
 */
final class FrameReceiveAllocator implements RecvByteBufAllocator {
  private static final int MIN_BYTES = 512;
  private static final int INITIAL_BYTES = 4096;
  private static final int MAX_BYTES = 128 << 10;

  private final AdaptiveRecvByteBufAllocator adaptive =
      new AdaptiveRecvByteBufAllocator(MIN_BYTES, INITIAL_BYTES, MAX_BYTES);
  private final FrameReader reader;

  FrameReceiveAllocator(FrameReader reader) {
    this.reader = reader;
  }

  @Override
  @SuppressWarnings("deprecation") // the parent interface's own return type
  public Handle newHandle() {
    return new FrameHandle((ExtendedHandle) adaptive.newHandle(), reader);
  }

  @SuppressWarnings("deprecation") // the parent interface's own type
  private static final class FrameHandle extends DelegatingHandle implements ExtendedHandle {
    private final ExtendedHandle adaptive;
    private final FrameReader reader;

    FrameHandle(ExtendedHandle adaptive, FrameReader reader) {
      super(adaptive);
      this.adaptive = adaptive;
      this.reader = reader;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      ByteBuf frame = reader.direct();
      return frame != null ? frame.retain() : adaptive.allocate(allocator);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
      return adaptive.continueReading(maybeMoreData);
    }

    @Override
    public void reset(ChannelConfig config) {
      adaptive.reset(config);
    }
  }
}
