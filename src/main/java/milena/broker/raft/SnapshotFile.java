package milena.broker.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.util.MD5FileUtil;

/**
 * A snapshot on disk, and the digest by which Ratis knows it for whole. A reader finds either all
 * of it or nothing.
 */
record SnapshotFile(MD5Hash digest) {

  /**
   * @throws IOException when it can't be written; then nothing of it is left
   */
  static SnapshotFile write(Path file, byte[] bytes) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      writeAndForce(draft, bytes);
      MD5Hash digest = MD5FileUtil.computeMd5ForFile(draft.toFile());
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      MD5FileUtil.saveMD5File(file.toFile(), digest);
      return new SnapshotFile(digest);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(draft);
      Files.deleteIfExists(file);
      Files.deleteIfExists(MD5FileUtil.getDigestFileForFile(file.toFile()).toPath());
      throw e instanceof IOException io ? io : new IOException(e);
    }
  }

  private static void writeAndForce(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }
}
