package milena.kafka.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;

/** Requests as a client writes them, and answers as it reads them. */
final class Frames {
  private Frames() {}

  /** The request with its length. */
  static ByteBuf request(ApiKeys api, int version, int correlationId, ApiMessage message) {
    RequestHeaderData header =
        new RequestHeaderData()
            .setRequestApiKey(api.id)
            .setRequestApiVersion((short) version)
            .setCorrelationId(correlationId)
            .setClientId("frames");
    ByteBuffer head =
        MessageUtil.toByteBufferAccessor(header, api.requestHeaderVersion((short) version))
            .buffer();
    ByteBuffer body = MessageUtil.toByteBufferAccessor(message, (short) version).buffer();
    ByteBuf frame = Unpooled.buffer();
    frame.writeInt(head.remaining() + body.remaining());
    return frame.writeBytes(head).writeBytes(body);
  }

  /** A frame of these bytes. */
  static ByteBuf frame(byte[] bytes) {
    return Unpooled.buffer().writeInt(bytes.length).writeBytes(bytes);
  }

  /** An answer: its correlation id and message. */
  record Answer<M>(int correlationId, M message) {}

  /** Reads one answer off the buffer. */
  static <M extends ApiMessage> Answer<M> answer(ByteBuf in, ApiKeys api, int version, M message) {
    int length = in.readInt();
    ByteBuffer bytes = in.readSlice(length).nioBuffer();
    ByteBufferAccessor accessor = new ByteBufferAccessor(bytes);
    ResponseHeaderData header =
        new ResponseHeaderData(accessor, api.responseHeaderVersion((short) version));
    message.read(accessor, (short) version);
    if (bytes.hasRemaining()) {
      throw new AssertionError(bytes.remaining() + " bytes too many");
    }
    return new Answer<>(header.correlationId(), message);
  }
}
