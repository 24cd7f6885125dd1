package milena.record;

import static org.junit.Assert.assertEquals;

import java.io.UncheckedIOException;
import milena.testing.CountingCodec;
import org.junit.Assert;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class BatchBuilderTest extends JUnitSuite {
  private final CountingCodec codec = new CountingCodec();

  @Test
  public void aBatchThatIsBuiltGivesTheCodecsMemoryBackOnce() {
    try (BatchBuilder builder = new BatchBuilder(codec)) {
      builder.append(1, null, new byte[3]).build();
      assertEquals(1, codec.closed());
    }
    assertEquals(1, codec.opened());
    assertEquals(1, codec.closed());
  }

  @Test
  public void oneThatIsNotDoesSoToo() {
    try (BatchBuilder builder = new BatchBuilder(codec)) {
      builder.append(1, null, new byte[3]);
    }
    assertEquals(1, codec.closed());
  }

  @Test
  public void aBatchWhoseCompressionDidNotEndIsNone() {
    BatchBuilder builder = new BatchBuilder(codec);
    codec.fail();
    Assert.assertThrows(UncheckedIOException.class, builder::build);
  }
}
