package milena.streams.link;

import akka.util.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import milena.common.TopicIdPartition;
import milena.log.LogView.AbortedTransaction;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;

/**
 * Requests and answers as bytes. A request begins with a byte that says which; the records of reads
 * and writes stand last and are not copied.
 *
 * <pre>
 *   call    0 | api (2) | version (2) | client id length (2) | it | Kafka's message
 *   read    1 | topic id (16) | partition (4) | offset (8) | max bytes (4) | max wait (4)
 *             | committed only (1)
 *   write   2 | topic id (16) | partition (4) | acks (2) | timeout (4) | the batch
 *
 *   called  error (2) | Kafka's message
 *   chunk   error (2) | high watermark (8) | aborted (4) { producer, first, last (8 each) } | batches
 *   written error (2) | base offset (8) | append time (8) | message length (2, -1: none) | it
 * </pre>
 */
final class Payloads {
  private static final byte CALL = 0;
  private static final byte READ = 1;
  private static final byte WRITE = 2;

  private Payloads() {}

  /** A request for the broker's APIs. */
  record Call(String clientId, short version, ApiMessage request) {}

  static ByteString of(Call call) {
    byte[] client = call.clientId().getBytes(StandardCharsets.UTF_8);
    ByteBuffer head = ByteBuffer.allocate(7 + client.length);
    head.put(CALL).putShort(call.request().apiKey()).putShort(call.version());
    head.putShort((short) client.length).put(client);
    return join(head, message(call.request(), call.version()));
  }

  static ByteString of(ReadRequest read) {
    ByteBuffer head = ByteBuffer.allocate(38).put(READ);
    put(read.partition(), head);
    head.putLong(read.offset()).putInt(read.maxBytes()).putInt(read.maxWaitMs());
    head.put((byte) (read.committedOnly() ? 1 : 0));
    return ByteString.fromArrayUnsafe(head.array());
  }

  static ByteString of(WriteRequest write) {
    ByteBuffer head = ByteBuffer.allocate(27).put(WRITE);
    put(write.partition(), head);
    head.putShort(write.acks()).putInt(write.timeoutMs());
    return join(head, write.batch());
  }

  /** A {@link Call}, a {@link ReadRequest} or a {@link WriteRequest}. */
  static Object request(ByteString bytes) {
    ByteBuffer from = bytes.asByteBuffer();
    byte kind = from.get();
    switch (kind) {
      case CALL:
        ApiMessage request = ApiMessageType.fromApiKey(from.getShort()).newRequest();
        short version = from.getShort();
        byte[] client = new byte[from.getShort()];
        from.get(client);
        request.read(new ByteBufferAccessor(from), version);
        return new Call(new String(client, StandardCharsets.UTF_8), version, request);
      case READ:
        return new ReadRequest(
            partition(from), from.getLong(), from.getInt(), from.getInt(), from.get() != 0);
      case WRITE:
        return new WriteRequest(partition(from), from.getShort(), from.getInt(), from.slice());
      default:
        throw new IllegalArgumentException("There is no request of kind " + kind);
    }
  }

  static ByteString called(ApiMessage answer, short version) {
    return join(ByteBuffer.allocate(2).putShort(Errors.NONE.code()), message(answer, version));
  }

  static ByteString failed(Errors error) {
    return ByteString.fromArrayUnsafe(ByteBuffer.allocate(2).putShort(error.code()).array());
  }

  /** The answer to a call; throws what the broker's handler failed with. */
  static ApiMessage called(ByteString bytes, short api, short version) {
    ByteBuffer from = bytes.asByteBuffer();
    Errors error = Errors.forCode(from.getShort());
    if (error != Errors.NONE) {
      throw error.exception();
    }
    ApiMessage answer = ApiMessageType.fromApiKey(api).newResponse();
    answer.read(new ByteBufferAccessor(from), version);
    return answer;
  }

  static ByteString of(ReadAnswer answer) {
    ByteBuffer head = ByteBuffer.allocate(14 + 24 * answer.aborted().size());
    head.putShort(answer.error().code()).putLong(answer.highWatermark());
    head.putInt(answer.aborted().size());
    for (AbortedTransaction each : answer.aborted()) {
      head.putLong(each.producerId()).putLong(each.firstOffset()).putLong(each.lastOffset());
    }
    return join(head, answer.records());
  }

  static ReadAnswer readAnswer(ByteString bytes) {
    ByteBuffer from = bytes.asByteBuffer();
    Errors error = Errors.forCode(from.getShort());
    if (!from.hasRemaining()) {
      return ReadAnswer.empty(error, -1);
    }
    long highWatermark = from.getLong();
    int count = from.getInt();
    List<AbortedTransaction> aborted = new ArrayList<>(0);
    for (int i = 0; i < count; i++) {
      aborted.add(new AbortedTransaction(from.getLong(), from.getLong(), from.getLong()));
    }
    return new ReadAnswer(error, highWatermark, aborted, from.slice());
  }

  static ByteString of(WriteAnswer answer) {
    byte[] message =
        answer.message() == null ? null : answer.message().getBytes(StandardCharsets.UTF_8);
    ByteBuffer head = ByteBuffer.allocate(20 + (message == null ? 0 : message.length));
    head.putShort(answer.error().code()).putLong(answer.baseOffset());
    head.putLong(answer.logAppendTimeMs()).putShort((short) (message == null ? -1 : 0));
    if (message != null) {
      head.put(message);
    }
    return ByteString.fromArrayUnsafe(head.array());
  }

  static WriteAnswer writeAnswer(ByteString bytes) {
    ByteBuffer from = bytes.asByteBuffer();
    Errors error = Errors.forCode(from.getShort());
    if (!from.hasRemaining()) {
      return WriteAnswer.refused(error);
    }
    long baseOffset = from.getLong();
    long appendTimeMs = from.getLong();
    boolean hasMessage = from.getShort() >= 0;
    byte[] message = new byte[from.remaining()];
    from.get(message);
    return new WriteAnswer(
        error,
        hasMessage ? new String(message, StandardCharsets.UTF_8) : null,
        baseOffset,
        appendTimeMs);
  }

  private static ByteBuffer message(ApiMessage message, short version) {
    return MessageUtil.toByteBufferAccessor(message, version).buffer();
  }

  private static void put(TopicIdPartition partition, ByteBuffer to) {
    to.putLong(partition.topicId().getMostSignificantBits());
    to.putLong(partition.topicId().getLeastSignificantBits());
    to.putInt(partition.partition());
  }

  private static TopicIdPartition partition(ByteBuffer from) {
    return new TopicIdPartition(new Uuid(from.getLong(), from.getLong()), from.getInt());
  }

  /** The head, and the heap buffer behind it as it is. */
  private static ByteString join(ByteBuffer head, ByteBuffer rest) {
    ByteString first = ByteString.fromArrayUnsafe(head.array());
    if (!rest.hasRemaining()) {
      return first;
    }
    return rest.hasArray()
        ? first.concat(
            ByteString.fromArrayUnsafe(
                rest.array(), rest.arrayOffset() + rest.position(), rest.remaining()))
        : first.concat(ByteString.fromByteBuffer(rest));
  }
}
