package milena.broker.partition;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class FollowedPartitionsTest extends JUnitSuite {
  private static final int LEADER = 2;
  private static final int EPOCH = 7;
  private static final long BACKOFF_MS = 50;

  private final FollowedPartitions partitions = new FollowedPartitions(BACKOFF_MS);

  private void follow(int partition, long offset) {
    partitions.add(
        new ReplicaFetchers.Follow(Replicas.id(partition), LEADER, EPOCH, offset, EPOCH, 0, null));
  }

  /** What the next request says, which is then answered. */
  private List<String> request() {
    FetchRequestData request = new FetchRequestData();
    partitions.fill(request, 1_000);
    partitions.answered(new FetchResponseData().setSessionId(9));
    List<String> said = new ArrayList<>();
    request.topics().stream()
        .flatMap(topic -> topic.partitions().stream())
        .forEach(each -> said.add(each.partition() + "@" + each.fetchOffset()));
    request.forgottenTopicsData().stream()
        .flatMap(topic -> topic.partitions().stream())
        .forEach(each -> said.add("without " + each));
    return said.stream().sorted().toList();
  }

  private void goesToWork(int partition) {
    partitions.goesToWork(partitions.awaiting(Replicas.id(partition)), 100);
  }

  private boolean taken(int partition, int epoch, long offset) {
    return partitions.taken(
        new ReplicaFetcher.Taken(Replicas.id(partition), epoch, offset, EPOCH, 0));
  }

  private static long nanos(long ms) {
    return TimeUnit.MILLISECONDS.toNanos(ms);
  }

  @Test
  public void aRequestSaysWhatHasChanged() {
    follow(0, 10);
    follow(1, 20);
    assertEquals(List.of("0@10", "1@20"), request());
    assertFalse(partitions.isAnyChanged());
    goesToWork(0);
    assertTrue(partitions.areAtWork());
    assertTrue(taken(0, EPOCH, 15));
    assertFalse(partitions.areAtWork());
    assertEquals(List.of("0@15"), request());
    partitions.remove(Replicas.id(1));
    assertEquals(List.of("without 1"), request());
    partitions.disconnected();
    assertEquals(List.of("0@15"), request());
  }

  @Test
  public void whoStandsWhereItStoodIsNotNamed() {
    follow(0, 10);
    request();
    goesToWork(0);
    assertTrue(taken(0, EPOCH, 10));
    assertEquals(List.of(), request());
  }

  @Test
  public void whatIsOfAnotherEpochOrWasNotAskedForDoesNotCount() {
    follow(0, 10);
    request();
    assertFalse(taken(0, EPOCH, 11));
    goesToWork(0);
    assertFalse(taken(0, EPOCH - 1, 11));
    assertTrue(partitions.areAtWork());
    follow(0, 30);
    assertFalse("it begins anew", partitions.areAtWork());
    assertNull("its answer is of no use", partitions.awaiting(Replicas.id(0)));
    assertEquals(List.of("0@30"), request());
    assertNotNull(partitions.awaiting(Replicas.id(0)));
  }

  @Test
  public void whoFailsIsLeftOutForAWhileThatGrows() {
    follow(0, 10);
    follow(1, 10);
    request();
    long shortest = nanos(FollowedPartitions.SHORTEST_PAUSE_MS);
    partitions.pause(partitions.awaiting(Replicas.id(0)), 0);
    assertTrue(partitions.isAnyPaused());
    assertTrue(partitions.isAnyActive());
    assertEquals(List.of("without 0"), request());
    partitions.resume(shortest - 1);
    assertEquals(List.of(), request());
    partitions.resume(shortest);
    assertFalse(partitions.isAnyPaused());
    assertEquals(List.of("0@10"), request());
    goesToWork(0); // which it has been served for, and can't take
    assertTrue(partitions.notTaken(new ReplicaFetcher.NotTaken(Replicas.id(0), EPOCH), 0));
    assertFalse(partitions.areAtWork());
    partitions.resume(shortest);
    assertFalse(partitions.isAnyPaused());
    for (int i = 0; i < 5; i++) {
      request();
      partitions.pause(partitions.awaiting(Replicas.id(0)), 0);
      partitions.resume(nanos(BACKOFF_MS) - 1);
      boolean pausesStill = partitions.isAnyPaused();
      partitions.resume(nanos(BACKOFF_MS));
      assertFalse(partitions.isAnyPaused());
      assertEquals("after " + i, i > 0, pausesStill);
    }
  }

  @Test
  public void aForgottenSessionIsBegunAnewOnce() {
    follow(0, 10);
    assertFalse("there is none", partitions.forgotten());
    request();
    assertTrue(partitions.forgotten());
    assertEquals(List.of("0@10"), request());
  }
}
