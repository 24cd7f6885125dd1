package milena.streams.link;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.ByteBufferSerializer;
import akka.serialization.SerializerWithStringManifest;
import akka.util.ByteString;
import java.io.NotSerializableException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import milena.streams.link.StreamMessage.Answer;
import milena.streams.link.StreamMessage.Ask;

/**
 * Writes {@link StreamMessage}s straight into the frames of remoting:
 *
 * <pre>
 *   Ask     id (8) | part (2) | parts (2) | length of the sender's address (2) | it | bytes
 *   Answer  id (8) | part (2) | parts (2) | bytes
 * </pre>
 */
public final class StreamSerializer extends SerializerWithStringManifest
    implements ByteBufferSerializer {
  private static final int ID = 0x4d53; // "MS"
  private static final String ASK = "A";
  private static final String ANSWER = "R";
  private static final int HEAD = 12;

  private final ActorRefResolver resolver;

  /** Akka calls this constructor. */
  public StreamSerializer(ExtendedActorSystem system) {
    this.resolver = ActorRefResolver.get(Adapter.toTyped(system));
  }

  @Override
  public int identifier() {
    return ID;
  }

  @Override
  public String manifest(Object message) {
    return message instanceof Ask ? ASK : ANSWER;
  }

  @Override
  public byte[] toBinary(Object message) {
    StreamMessage whole = (StreamMessage) message;
    byte[] address = address(whole);
    ByteBuffer to = ByteBuffer.allocate(HEAD + 2 + address.length + whole.bytes().size());
    write(whole, address, to);
    byte[] bytes = new byte[to.flip().remaining()];
    to.get(bytes);
    return bytes;
  }

  @Override
  public void toBinary(Object message, ByteBuffer to) {
    StreamMessage whole = (StreamMessage) message;
    write(whole, address(whole), to);
  }

  private byte[] address(StreamMessage message) {
    return message instanceof Ask ask
        ? resolver.toSerializationFormat(ask.replyTo()).getBytes(StandardCharsets.UTF_8)
        : new byte[0];
  }

  private static void write(StreamMessage message, byte[] address, ByteBuffer to) {
    to.putLong(message.id()).putShort((short) message.part()).putShort((short) message.parts());
    if (message instanceof Ask) {
      to.putShort((short) address.length).put(address);
    }
    if (to.remaining() < message.bytes().size()) {
      throw new BufferOverflowException();
    }
    message.bytes().copyToBuffer(to);
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    return fromBinary(ByteBuffer.wrap(bytes), manifest);
  }

  @Override
  public Object fromBinary(ByteBuffer from, String manifest) throws NotSerializableException {
    long id = from.getLong();
    int part = from.getShort();
    int parts = from.getShort();
    if (part < 0 || parts <= part || parts > StreamMessage.PARTS_MAX) {
      throw new NotSerializableException("Part " + part + " of " + parts + " can't be");
    }
    if (ASK.equals(manifest)) {
      byte[] address = new byte[from.getShort()];
      from.get(address);
      ActorRef<StreamMessage> replyTo =
          resolver.resolveActorRef(new String(address, StandardCharsets.UTF_8));
      return new Ask(id, replyTo, part, parts, rest(from));
    }
    if (ANSWER.equals(manifest)) {
      return new Answer(id, part, parts, rest(from));
    }
    throw new NotSerializableException("No stream message is called " + manifest);
  }

  private static ByteString rest(ByteBuffer from) {
    byte[] bytes = new byte[from.remaining()];
    from.get(bytes);
    return ByteString.fromArrayUnsafe(bytes);
  }
}
