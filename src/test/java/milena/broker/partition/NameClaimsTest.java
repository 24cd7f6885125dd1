package milena.broker.partition;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import milena.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class NameClaimsTest extends JUnitSuite {
  private static final TopicPartition NAME = new TopicPartition("orders", 0);
  private static final TopicIdPartition OLD = new TopicIdPartition(new Uuid(1, 1), 0);
  private static final TopicIdPartition NEW = new TopicIdPartition(new Uuid(2, 2), 0);
  private static final TopicIdPartition NEWEST = new TopicIdPartition(new Uuid(3, 3), 0);

  private final NameClaims names = new NameClaims();

  @Test
  public void whoHasANameMayTakeItAgain() {
    assertTrue(names.take(NAME, OLD));
    assertTrue(names.take(NAME, OLD));
    assertTrue(names.take(new TopicPartition("orders", 1), NEW));
    assertNull(names.release(NAME, OLD));
    assertTrue(names.take(NAME, NEW));
  }

  @Test
  public void theNewestTopicOfANameWaitsForIt() {
    names.take(NAME, OLD);
    assertFalse(names.take(NAME, NEW));
    assertFalse(names.take(NAME, NEWEST));
    assertEquals(NEWEST, names.release(NAME, OLD));
    assertTrue(names.take(NAME, NEWEST));
    assertNull("it waits no more", names.release(NAME, NEWEST));
  }
}
