package milena.log;

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

  @Override
  void close();
}
