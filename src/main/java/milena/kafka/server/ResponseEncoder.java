package milena.kafka.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOutboundInvoker;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import milena.kafka.api.FetchAnswer;
import milena.kafka.api.RecordsSlice;
import milena.log.LogSlice;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.BaseRecords;

/**
 * Turns a response into what is written to the socket: one buffer, and between its parts the ranges
 * of segment files that the kernel sends by itself. Short ranges are read into the buffer: one
 * larger packet is cheaper than several small ones and a system call for each.
 */
final class ResponseEncoder {
  static final int COPIED_BYTES_MAX = 64 << 10;

  private ResponseEncoder() {}

  /** Writes the response without flushing. The response is closed or handed on in any case. */
  static void write(
      ChannelOutboundInvoker out,
      ByteBufAllocator allocator,
      ApiKeys api,
      short version,
      int correlationId,
      ApiMessage response) {
    ObjectSerializationCache cache = new ObjectSerializationCache();
    ResponseWriter writer = null;
    try {
      MessageSizeAccumulator size = new MessageSizeAccumulator();
      response.addSize(size, cache, version);
      boolean tagged = api.responseHeaderVersion(version) > 0;
      int bytes = Integer.BYTES + (tagged ? 1 : 0) + size.totalSize();
      ByteBuf buffer = allocator.directBuffer(Integer.BYTES + inBuffer(bytes, response));
      writer = new ResponseWriter(buffer);
      buffer.writeInt(bytes).writeInt(correlationId);
      if (tagged) {
        buffer.writeByte(0);
      }
      response.write(writer, cache, version);
    } catch (RuntimeException | OutOfMemoryError e) {
      if (writer != null) {
        writer.release();
      }
      throw e;
    } finally {
      close(response);
    }
    writer.send(out);
  }

  /** Lets go of what a response holds that will not be sent. */
  static void close(ApiMessage response) {
    if (response instanceof FetchAnswer) {
      ((FetchAnswer) response).close();
    }
  }

  private static int inBuffer(int bytes, ApiMessage response) {
    if (!(response instanceof FetchAnswer)) {
      return bytes;
    }
    int left = bytes;
    for (var topic : ((FetchAnswer) response).responses()) {
      for (var partition : topic.partitions()) {
        BaseRecords records = partition.records();
        if (records instanceof RecordsSlice && records.sizeInBytes() > COPIED_BYTES_MAX) {
          left -= records.sizeInBytes();
        }
      }
    }
    return left;
  }

  /** Writes into one buffer and remembers where file ranges belong between its bytes. */
  private static final class ResponseWriter extends ByteBufWritable {
    private final ByteBuf buffer;
    private final List<SliceRegion> regions = new ArrayList<>(1);
    private final List<Integer> cuts = new ArrayList<>(1);

    ResponseWriter(ByteBuf buffer) {
      super(buffer);
      this.buffer = buffer;
    }

    @Override
    public void writeRecords(BaseRecords records) {
      if (!(records instanceof RecordsSlice)) {
        super.writeRecords(records);
        return;
      }
      RecordsSlice ranged = (RecordsSlice) records;
      if (ranged.sizeInBytes() <= COPIED_BYTES_MAX) {
        copy(ranged.slice());
      } else {
        cuts.add(buffer.writerIndex());
        regions.add(new SliceRegion(ranged.take()));
      }
    }

    private void copy(LogSlice slice) {
      int copied = 0;
      try {
        while (copied < slice.sizeInBytes()) {
          int n =
              buffer.writeBytes(
                  slice.channel(), slice.position() + copied, slice.sizeInBytes() - copied);
          if (n < 0) {
            throw new EOFException("A segment file ends before its published records");
          }
          copied += n;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void send(ChannelOutboundInvoker out) {
      int sent = 0;
      for (int i = 0; i < regions.size(); i++) {
        int cut = cuts.get(i);
        if (cut > sent) {
          out.write(buffer.retainedSlice(sent, cut - sent), out.voidPromise());
        }
        out.write(regions.get(i), out.voidPromise());
        sent = cut;
      }
      if (sent == 0) {
        out.write(buffer, out.voidPromise());
      } else if (sent < buffer.writerIndex()) {
        out.write(buffer.slice(sent, buffer.writerIndex() - sent), out.voidPromise());
      } else {
        buffer.release();
      }
    }

    void release() {
      regions.forEach(SliceRegion::release);
      buffer.release();
    }
  }
}
