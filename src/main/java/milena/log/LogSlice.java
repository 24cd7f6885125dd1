package milena.log;

import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * A range of a segment file, for the kernel to send or a caller to read. Holds the file open until
 * {@link #close}: call it exactly once.
 */
public interface LogSlice extends AutoCloseable {
  FileChannel channel();

  /** Where in the file the slice begins. */
  long position();

  int sizeInBytes();

  /** Offset from which to read what comes after the slice. */
  long nextOffset();

  /** Has the kernel read it from the disk into the page cache, unless it is there; blocks. */
  void load() throws IOException;

  @Override
  void close();
}
