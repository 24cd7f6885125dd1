package milena.log;

import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/** A slice that keeps its segment's file open until it is closed. */
final class SegmentSlice implements LogSlice {
  private final SegmentFile file;
  private final FileChannel channel;
  private final long position;
  private final int sizeInBytes;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Takes over one count of the file's users. */
  SegmentSlice(SegmentFile file, FileChannel channel, long position, int sizeInBytes) {
    this.file = file;
    this.channel = channel;
    this.position = position;
    this.sizeInBytes = sizeInBytes;
  }

  @Override
  public FileChannel channel() {
    return channel;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public int sizeInBytes() {
    return sizeInBytes;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      file.release();
    }
  }
}
