package milena.kafka.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.Supplier;

/**
 * Has the socket read into the frame under way where there is one, and else into buffers that adapt
 * to what comes.
 */
public final class FrameReceiveAllocator implements RecvByteBufAllocator {
  private static final int MIN_BYTES = 512;
  private static final int INITIAL_BYTES = 4096;
  private static final int MAX_BYTES = 128 << 10;

  private final AdaptiveRecvByteBufAllocator adaptive =
      new AdaptiveRecvByteBufAllocator(MIN_BYTES, INITIAL_BYTES, MAX_BYTES);
  private final Supplier<ByteBuf> direct;

  /**
   * For one channel.
   *
   * @param direct the buffer that the next bytes of the stream belong to, with room to write, or
   *     null; asked on the channel's event loop
   */
  public FrameReceiveAllocator(Supplier<ByteBuf> direct) {
    this.direct = direct;
  }

  @Override
  @SuppressWarnings("deprecation") // the parent interface's own return type
  public Handle newHandle() {
    return new FrameHandle((ExtendedHandle) adaptive.newHandle(), direct);
  }

  @SuppressWarnings("deprecation") // the parent interface's own type
  private static final class FrameHandle extends DelegatingHandle implements ExtendedHandle {
    private final ExtendedHandle adaptive;
    private final Supplier<ByteBuf> direct;

    FrameHandle(ExtendedHandle adaptive, Supplier<ByteBuf> direct) {
      super(adaptive);
      this.adaptive = adaptive;
      this.direct = direct;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      ByteBuf frame = direct.get();
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
