package milena.log;

import java.nio.channels.FileChannel;

/** Where there is nothing to read. */
final class NoSlice implements LogSlice {
  private final long nextOffset;

  NoSlice(long nextOffset) {
    this.nextOffset = nextOffset;
  }

  @Override
  public FileChannel channel() {
    return null;
  }

  @Override
  public long position() {
    return 0;
  }

  @Override
  public int sizeInBytes() {
    return 0;
  }

  @Override
  public long nextOffset() {
    return nextOffset;
  }

  @Override
  public void load() {}

  @Override
  public void close() {}
}
