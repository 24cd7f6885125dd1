package milena.broker.partition;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import akka.actor.testkit.typed.javadsl.TestInbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import milena.broker.partition.PartitionReplica.Command;
import milena.broker.partition.PartitionReplica.Expire;
import milena.broker.partition.PartitionReplica.Tick;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class ReplicaTimersTest extends JUnitSuite {
  private record Later(Duration delay, Command message) {}

  private final TestInbox<Command> self = TestInbox.create();
  private final List<Later> later = new ArrayList<>();
  private final ReplicaTimers timers =
      new ReplicaTimers(self.getRef(), (delay, message) -> later.add(new Later(delay, message)));

  @Test
  public void manyAppendsAreOneWrite() {
    timers.write();
    timers.write();
    assertEquals(List.of(Tick.WRITE), self.getAllReceived());
    timers.writeCame();
    timers.write();
    assertEquals(List.of(Tick.WRITE), self.getAllReceived());
  }

  @Test
  public void manyWritesAreOneFlush() {
    timers.flush(Long.MAX_VALUE);
    assertEquals(List.of(), later);
    timers.flush(50);
    timers.flush(50);
    timers.flushCame();
    timers.flush(60);
    assertEquals(
        List.of(
            new Later(Duration.ofMillis(50), Tick.FLUSH),
            new Later(Duration.ofMillis(60), Tick.FLUSH)),
        later);
  }

  @Test
  public void theEarliestDeadlineIsAwaited() {
    timers.expire(Long.MAX_VALUE, 0);
    assertEquals(List.of(), later);
    timers.expire(5_000_000, 2_000_000);
    timers.expire(6_000_000, 2_000_000);
    assertEquals(List.of(new Later(Duration.ofMillis(4), new Expire(5_000_000))), later);
    assertTrue(timers.expiryCame(new Expire(5_000_000)));
    timers.expire(6_000_000, 8_000_000);
    assertEquals(new Later(Duration.ofMillis(1), new Expire(6_000_000)), later.get(1));
  }

  /** Else each of them would beget another at each deadline, and they would multiply. */
  @Test
  public void whatAnEarlierDeadlineHasOvertakenCountsNoMore() {
    timers.expire(30_000_000, 0);
    timers.expire(5_000_000, 0);
    assertTrue(timers.expiryCame(new Expire(5_000_000)));
    timers.expire(35_000_000, 5_000_000);
    assertFalse(timers.expiryCame(new Expire(30_000_000)));
    timers.expire(36_000_000, 30_000_000);
    assertEquals("awaited already", 3, later.size());
  }
}
