package milena.broker.raft;

import java.nio.ByteBuffer;
import java.util.List;
import milena.metadata.EventCodec;
import milena.metadata.MetadataEvent;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * One entry of the Raft log: what one command of the controller decided.
 *
 * <pre>
 *   format = 1 (1 byte) | writer's term (8 bytes) | number of the first event (8 bytes) | events
 * </pre>
 *
 * Both numbers are compared where the entry is applied, on every node alike: the entry counts only
 * if it was logged in the very term its writer was started for and if its events are the next ones.
 */
record LogEntry(long term, long firstSequence, List<MetadataEvent> events) {
  private static final byte FORMAT = 1;
  private static final int HEAD_BYTES = 17;

  ByteString encode() {
    byte[] encoded = EventCodec.encode(events);
    ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + encoded.length);
    bytes.put(FORMAT).putLong(term).putLong(firstSequence).put(encoded).flip();
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  static LogEntry decode(ByteString data) {
    ByteBuffer bytes = data.asReadOnlyByteBuffer();
    byte format = bytes.get();
    if (format != FORMAT) {
      throw new IllegalArgumentException(
          "The metadata log was written by a later version: entry format " + format);
    }
    return new LogEntry(bytes.getLong(), bytes.getLong(), EventCodec.decode(bytes));
  }
}
