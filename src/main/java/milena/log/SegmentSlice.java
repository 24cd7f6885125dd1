package milena.log;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;

/** A slice that keeps its segment's file open until it is closed. */
final class SegmentSlice implements LogSlice {
  private static final Path NOWHERE = Path.of("/dev/null");

  private final SegmentFile file;
  private final FileChannel channel;
  private final long position;
  private final int sizeInBytes;
  private final long nextOffset;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Takes over one count of the file's users. */
  SegmentSlice(
      SegmentFile file, FileChannel channel, long position, int sizeInBytes, long nextOffset) {
    this.file = file;
    this.channel = channel;
    this.position = position;
    this.sizeInBytes = sizeInBytes;
    this.nextOffset = nextOffset;
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
  public long nextOffset() {
    return nextOffset;
  }

  /** The kernel hands the pages to a device that drops them: nothing is copied. */
  @Override
  public void load() throws IOException {
    try (FileChannel nowhere = FileChannel.open(NOWHERE, StandardOpenOption.WRITE)) {
      int loaded = 0;
      while (loaded < sizeInBytes) {
        long n = channel.transferTo(position + loaded, sizeInBytes - loaded, nowhere);
        if (n <= 0) {
          throw new EOFException("A segment file ends before its published records");
        }
        loaded += (int) n;
      }
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      file.release();
    }
  }
}
