package org.apache.ratis.util;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.File;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Stands on the class path before Ratis's class of this name. Ratis writes a voter's term and vote
 * through it, into a file beside the one that counts, which takes its place when the stream is
 * closed: with Ratis's class also when a write has failed before. On a full disk that leaves an
 * empty file, a voter that can't start again, and nobody who knows whom it has voted for. Here a
 * stream of which a write has failed changes nothing.
 */
public final class AtomicFileOutputStream extends FilterOutputStream {
  /** What the name of the file beside ends in. */
  public static final String TMP_EXTENSION = ".tmp";

  private final Path outFile;
  private final Path tmpFile;
  private boolean failed;
  private boolean closed;

  /** Replaces this file when it is closed. */
  public AtomicFileOutputStream(File outFile) throws IOException {
    this(outFile, getTemporaryFile(outFile));
  }

  /** Replaces the first file by the second when it is closed. */
  public AtomicFileOutputStream(File outFile, File tmpFile) throws IOException {
    super(FileUtils.newOutputStreamForceAtClose(tmpFile, CREATE, TRUNCATE_EXISTING, WRITE));
    this.outFile = outFile.toPath().toAbsolutePath();
    this.tmpFile = tmpFile.toPath().toAbsolutePath();
  }

  /** The file beside this one. */
  public static File getTemporaryFile(File outFile) {
    return new File(outFile.getParentFile(), outFile.getName() + TMP_EXTENSION);
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    boolean written = false;
    try {
      out.write(bytes, offset, length);
      written = true;
    } finally {
      failed |= !written;
    }
  }

  /** Whether it is closed, one way or the other. */
  public boolean isClosed() {
    return closed;
  }

  /** Forces what was written to disk and puts it in place, unless a write has failed. */
  @Override
  public void close() throws IOException {
    if (failed) {
      abort();
    } else if (!closed) {
      closed = true;
      boolean placed = false;
      try {
        super.close();
        Files.move(tmpFile, outFile, StandardCopyOption.REPLACE_EXISTING);
        placed = true;
      } finally {
        if (!placed) {
          Files.deleteIfExists(tmpFile);
        }
      }
    }
  }

  /** Leaves the file as it was. */
  public void abort() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      try {
        super.close();
      } finally {
        Files.deleteIfExists(tmpFile);
      }
    } catch (IOException e) {
      // What it was to hold is given up in any case, and its next writer begins with an empty one.
      return;
    }
  }
}
