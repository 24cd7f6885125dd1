package milena.broker.partition;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import milena.common.TopicIdPartition;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class OpeningQueueTest extends JUnitSuite {
  private final List<Integer> started = new ArrayList<>();
  private final OpeningQueue queue = new OpeningQueue(2, id -> started.add(id.partition()));

  private static TopicIdPartition id(int partition) {
    return Replicas.id(partition);
  }

  @Test
  public void soManyAtATimeInOrder() {
    for (int i = 0; i < 5; i++) {
      queue.add(id(i));
    }
    assertEquals(List.of(0, 1), started);
    assertTrue(queue.isWaiting(id(2)));
    queue.done(id(1));
    assertEquals(List.of(0, 1, 2), started);
    assertFalse(queue.isWaiting(id(2)));
    queue.done(id(1));
    assertEquals("An answer counts once", List.of(0, 1, 2), started);
    queue.done(id(3));
    queue.done(id(0));
    assertEquals("What has gone meanwhile is not started", List.of(0, 1, 2, 4), started);
  }

  @Test
  public void noneAfterTheEnd() {
    for (int i = 0; i < 3; i++) {
      queue.add(id(i));
    }
    queue.close();
    queue.done(id(0));
    queue.done(id(1));
    assertEquals(List.of(0, 1), started);
  }
}
