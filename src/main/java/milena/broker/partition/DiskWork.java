package milena.broker.partition;

import java.io.IOException;

/** Something that a disk may refuse to do. */
@FunctionalInterface
interface DiskWork {
  void run() throws IOException;
}
