package milena.kafka.client;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNotSame;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import milena.testing.SeedRule;
import org.junit.Assert;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class AnswerReaderTest extends JUnitSuite {
  @Rule public final SeedRule seeds = new SeedRule();

  private final AnswerReader reader = new AnswerReader();

  @Test
  public void answersOfAnySizeComeWholeHoweverTheyAreCut() throws IOException {
    Random random = seeds.random();
    for (int size : new int[] {0, 1, 3, 65_531, 65_532, 65_533, 65_536, 1_000_000}) {
      byte[] answer = new byte[size];
      random.nextBytes(answer);
      AnswerReader.Frame frame = feed(framed(answer), 1 + random.nextInt(size + 1));
      byte[] read = new byte[frame.bytes().remaining()];
      frame.bytes().get(read);
      assertArrayEquals(answer, read);
      assertTrue(frame.bytes().isDirect()); // written to a log without another copy
      if (random.nextBoolean()) {
        frame.memory().release();
      }
    }
  }

  @Test
  public void memoryServesAgainOnceItIsGivenBackAndNeverBefore() throws IOException {
    AnswerReader.Frame first = feed(framed(new byte[] {1}), 1);
    AnswerReader.Frame second = feed(framed(new byte[] {2}), 5);
    assertEquals(1, first.bytes().get(0));
    assertEquals(2, second.bytes().get(0));
    first.memory().release();
    AnswerReader.Frame third = feed(framed(new byte[] {3}), 5);
    assertEquals(3, first.bytes().get(0)); // the same memory
    assertEquals(2, second.bytes().get(0));
    assertEquals(3, third.bytes().get(0));
  }

  @Test
  public void lengthsThatCannotBeAreRefused() {
    Assert.assertThrows(IOException.class, () -> feed(Unpooled.buffer().writeInt(-1), 4));
  }

  @Test
  public void moreThanTheAnswerThatWasAskedForIsRefused() {
    ByteBuf two = Unpooled.wrappedBuffer(framed(new byte[] {1}), framed(new byte[] {2}));
    Assert.assertThrows(IOException.class, () -> feed(two, 10));
  }

  @Test
  public void aLengthAloneReservesNothing() throws IOException {
    ByteBuf room = reader.room();
    room.writeInt(1 << 30);
    assertNull(reader.next());
    assertSame(room, reader.room());
    room.writeZero(room.writableBytes());
    assertNull(reader.next());
    assertNotSame(room, reader.room());
    assertEquals(2 * room.capacity(), reader.room().capacity());
  }

  /** Gives the bytes to the reader, so many at a time, and expects one answer at their end. */
  private AnswerReader.Frame feed(ByteBuf bytes, int atATime) throws IOException {
    AnswerReader.Frame frame = null;
    while (bytes.isReadable()) {
      assertNull(frame);
      ByteBuf room = reader.room();
      int count = Math.min(Math.min(room.writableBytes(), atATime), bytes.readableBytes());
      room.writeBytes(bytes, count);
      frame = reader.next();
    }
    assertNotNull(frame);
    return frame;
  }

  private static ByteBuf framed(byte[] answer) {
    return Unpooled.wrappedBuffer(
        ByteBuffer.allocate(Integer.BYTES).putInt(answer.length).flip(), ByteBuffer.wrap(answer));
  }
}
