package milena.record;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** Batches as Kafka's own client library makes them, and random records to fill them with. */
final class Golden {
  static final List<Compression> CODECS =
      List.of(
          Compression.NONE,
          Compression.gzip().build(),
          Compression.snappy().build(),
          Compression.lz4().build(),
          Compression.zstd().build());

  private Golden() {}

  /** A record's content; nulls where it has none. */
  record Content(long timestamp, byte[] key, byte[] value, Header[] headers) {}

  static List<Content> contents(Random random, int count, long nowMs) {
    List<Content> contents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Header[] headers = new Header[random.nextInt(10) == 0 ? random.nextInt(4) : 0];
      for (int h = 0; h < headers.length; h++) {
        headers[h] = new RecordHeader("höader-" + h, bytes(random, random.nextInt(20)));
      }
      contents.add(
          new Content(
              nowMs - random.nextInt(1000),
              bytes(random, random.nextInt(200)),
              bytes(random, random.nextInt(40) == 0 ? random.nextInt(40_000) : random.nextInt(300)),
              headers));
    }
    return contents;
  }

  static byte[] bytes(Random random, int size) {
    if (random.nextInt(10) == 0) {
      return null;
    }
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    // Half of it repeats, so that compression has something to do.
    for (int i = size / 2; i < size; i++) {
      bytes[i] = bytes[i - size / 2];
    }
    return bytes;
  }

  static ByteBuffer kafkas(Compression compression, List<Content> contents) {
    return kafkas(compression, contents, -1, (short) -1, -1, false);
  }

  static ByteBuffer kafkas(
      Compression compression,
      List<Content> contents,
      long producerId,
      short producerEpoch,
      int sequence,
      boolean transactional) {
    MemoryRecordsBuilder builder =
        new MemoryRecordsBuilder(
            new ByteBufferOutputStream(1024),
            RecordBatch.MAGIC_V2,
            compression,
            TimestampType.CREATE_TIME,
            0,
            -1,
            producerId,
            producerEpoch,
            sequence,
            transactional,
            false,
            -1,
            Integer.MAX_VALUE);
    for (Content content : contents) {
      builder.append(content.timestamp(), content.key(), content.value(), content.headers());
    }
    return builder.build().buffer();
  }

  static ByteBuffer ours(Compression compression, List<Content> contents) {
    BatchBuilder builder = new BatchBuilder(compression);
    for (Content content : contents) {
      append(builder, content);
    }
    return builder.build();
  }

  static void append(BatchBuilder builder, Content content) {
    builder.append(
        content.timestamp(),
        content.key() == null ? null : ByteBuffer.wrap(content.key()),
        content.value() == null ? null : ByteBuffer.wrap(content.value()),
        content.headers());
  }

  /** The single batch in these bytes, as Kafka's library reads it. */
  static org.apache.kafka.common.record.internal.RecordBatch asKafkaReads(ByteBuffer bytes) {
    return MemoryRecords.readableRecords(bytes).batches().iterator().next();
  }

  static CompressionType codecOf(ByteBuffer batch) {
    return RecordBatch.at(batch, batch.position()).compressionType();
  }
}
