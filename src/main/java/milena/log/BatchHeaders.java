package milena.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import milena.record.RecordBatch;

/**
 * Steps through the headers of a segment file's batches, reading as little as it can of what lies
 * between them. Doesn't look at checksums: for regions that are known to be sound, or to find out
 * how far one may be.
 */
final class BatchHeaders {
  private static final int FIRST_READ = 1024;
  private static final int LATER_READS = 16 * 1024;
  private static final int SCAN_READS = 512 * 1024;

  /** What look-ups read into: each fetch is one, and two of a thread never overlap. */
  private static final ThreadLocal<ByteBuffer> LOOKUP =
      new ThreadLocal<>() {
        @Override
        protected ByteBuffer initialValue() {
          return ByteBuffer.allocateDirect(LATER_READS);
        }
      };

  private final FileChannel file;
  private final int limit;
  private final int laterReads;
  private final RecordBatch batch = new RecordBatch();
  private ByteBuffer chunk;
  private int chunkBytes = FIRST_READ;
  private int chunkPosition;
  private int position;
  private int next;

  /** From {@code position} to {@code limit}, both ends of batches. */
  BatchHeaders(FileChannel file, int position, int limit) {
    this(file, position, limit, LATER_READS, ByteBuffer.allocate(FIRST_READ));
  }

  private BatchHeaders(
      FileChannel file, int position, int limit, int laterReads, ByteBuffer chunk) {
    this.file = file;
    this.next = position;
    this.limit = limit;
    this.laterReads = laterReads;
    this.chunk = chunk.clear().limit(0);
  }

  /**
   * As the constructor, in memory that the thread keeps: to be done with before the thread looks up
   * anything else.
   */
  static BatchHeaders forLookup(FileChannel file, int position, int limit) {
    return new BatchHeaders(file, position, limit, LATER_READS, LOOKUP.get());
  }

  /** As the constructor, for one who will look at whole batches. */
  static BatchHeaders forScan(FileChannel file, int position, int limit) {
    return new BatchHeaders(file, position, limit, SCAN_READS, ByteBuffer.allocate(FIRST_READ));
  }

  /** Moves to the next whole batch; false at the limit, or where no batch can be. */
  boolean next() throws IOException {
    position = next;
    if (limit - position < RecordBatch.HEADER_SIZE || !readHeader()) {
      return false;
    }
    batch.wrap(chunk, position - chunkPosition);
    int size = batch.sizeInBytes();
    if (size < RecordBatch.HEADER_SIZE
        || size > limit - position
        || batch.magic() != RecordBatch.MAGIC_V2) {
      return false;
    }
    next = position + size;
    return true;
  }

  /**
   * Says, when {@link #next} has returned false, that there were batches up to the limit.
   *
   * @throws DamagedLogException when there is something else
   */
  void requireLimit(Segment segment) throws DamagedLogException {
    if (position != limit) {
      throw DamagedLogException.at(segment, position, limit);
    }
  }

  private boolean readHeader() throws IOException {
    int offset = position - chunkPosition;
    if (offset >= 0 && offset + RecordBatch.HEADER_SIZE <= chunk.limit()) {
      return true;
    }
    if (chunk.limit() > 0) {
      chunkBytes = laterReads;
      if (chunk.capacity() < laterReads) {
        chunk = ByteBuffer.allocate(laterReads);
      }
    }
    readChunk();
    return chunk.limit() >= RecordBatch.HEADER_SIZE;
  }

  private void readChunk() throws IOException {
    chunk.clear().limit(Math.min(chunkBytes, limit - position));
    chunkPosition = position;
    readFully(file, chunk, position);
    chunk.flip();
  }

  /** Whether the current batch carries the checksum of what it holds; reads it all. */
  boolean isCrcValid() throws IOException {
    int size = batch.sizeInBytes();
    if (size > chunkBytes) {
      return readWhole().isCrcValid();
    }
    if (position - chunkPosition + size > chunk.limit()) {
      readChunk();
      batch.wrap(chunk, 0);
    }
    return size <= chunk.limit() && batch.isCrcValid();
  }

  /** The current batch's header; what follows it may not be there. */
  RecordBatch header() {
    return batch;
  }

  /** Where the current batch begins; after the end, where the last whole batch ended. */
  int position() {
    return position;
  }

  /** The current batch whole, in memory of its own. */
  RecordBatch readWhole() throws IOException {
    ByteBuffer whole = ByteBuffer.allocate(batch.sizeInBytes());
    readFully(file, whole, position);
    if (whole.hasRemaining()) {
      throw new IOException("The segment ends within the batch at " + position);
    }
    return RecordBatch.at(whole.flip(), 0);
  }

  /** Reads until the buffer is full or the file ends. */
  static void readFully(FileChannel file, ByteBuffer into, long position) throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int read = file.read(into, at);
      if (read < 0) {
        return;
      }
      at += read;
    }
  }
}
