package milena.kafka.server;

import io.netty.channel.DefaultFileRegion;
import milena.log.LogSlice;

/**
 * A range of a segment file on its way to a socket. A {@code DefaultFileRegion}, because those are
 * what the epoll transport gives to sendfile(2) natively; but the file is the log's, so sending it
 * closes the slice and not the file.
 */
final class SliceRegion extends DefaultFileRegion {
  private final LogSlice slice;

  SliceRegion(LogSlice slice) {
    super(slice.channel(), slice.position(), slice.sizeInBytes());
    this.slice = slice;
  }

  @Override
  protected void deallocate() {
    slice.close();
  }
}
