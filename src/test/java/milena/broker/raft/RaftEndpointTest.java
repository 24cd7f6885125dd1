package milena.broker.raft;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** A voter whose disk is slow, and a leader that loses patience and sends again. */
public class RaftEndpointTest extends JUnitSuite {
  private ActorTestKit kit;
  private TestProbe<RaftEndpoint.Answer> leader;
  private ActorRef<RaftEndpoint.Call> endpoint;

  private final BlockingQueue<Byte> begun = new LinkedBlockingQueue<>();
  private final Semaphore disk = new Semaphore(0);

  @Before
  public void start() {
    kit = ActorTestKit.create("endpoint", ConfigFactory.load());
    leader = kit.createTestProbe();
    endpoint = kit.spawn(RaftEndpoint.create(this::serve));
  }

  @After
  public void stop() {
    disk.release(100);
    kit.shutdownTestKit();
  }

  private byte[] serve(RaftRpc.Kind kind, byte[] request) throws IOException {
    if (kind.writesLog()) {
      begun.add(request[0]);
      disk.acquireUninterruptibly();
    }
    if (request[0] < 0) {
      throw new IOException("no such log");
    }
    return request;
  }

  private void send(RaftRpc.Kind kind, int number) {
    endpoint.tell(new RaftEndpoint.Call(kind, new byte[] {(byte) number}, leader.getRef()));
  }

  private int nextBegun() throws InterruptedException {
    Byte number = begun.poll(30, TimeUnit.SECONDS);
    assertNotNull("nothing is served", number);
    return number;
  }

  private void expect(int number) {
    assertArrayEquals(new byte[] {(byte) number}, leader.receiveMessage().reply());
  }

  @Test
  public void noTwoRequestsWriteTheLogAtOnceAndOnlyTheLatestWaits() throws Exception {
    send(RaftRpc.Kind.APPEND_ENTRIES, 1);
    assertEquals(1, nextBegun());
    send(RaftRpc.Kind.APPEND_ENTRIES, 2);
    send(RaftRpc.Kind.INSTALL_SNAPSHOT, 3);
    RaftEndpoint.Answer overtaken = leader.receiveMessage();
    assertNull(overtaken.reply());
    assertTrue(overtaken.failure(), overtaken.failure().contains("later request"));
    assertTrue("two at once", begun.isEmpty());
    disk.release();
    expect(1);
    assertEquals(3, nextBegun());
    disk.release();
    expect(3);
  }

  @Test
  public void aVoteWaitsForNoDisk() throws Exception {
    send(RaftRpc.Kind.APPEND_ENTRIES, 1);
    assertEquals(1, nextBegun());
    for (RaftRpc.Kind kind :
        List.of(RaftRpc.Kind.REQUEST_VOTE, RaftRpc.Kind.START_LEADER_ELECTION)) {
      send(kind, 5);
      expect(5);
    }
    disk.release();
    expect(1);
  }

  @Test
  public void aFailureFreesTheLogForTheNext() throws Exception {
    disk.release(2);
    send(RaftRpc.Kind.APPEND_ENTRIES, -1);
    assertTrue(leader.receiveMessage().failure().contains("no such log"));
    send(RaftRpc.Kind.APPEND_ENTRIES, 2);
    expect(2);
  }

  @Test
  public void sendersTakeTurns() {
    LogLane<String, Integer> lane = new LogLane<>();
    assertTrue(lane.offer("old leader", 1).isEmpty());
    assertTrue(lane.offer("new leader", 2).isEmpty());
    assertEquals(1, lane.offer("old leader", 3).orElseThrow().intValue());
    assertEquals(3, lane.take().orElseThrow().intValue());
    assertTrue(lane.offer("old leader", 4).isEmpty());
    assertTrue(lane.take().isEmpty());
    lane.release();
    assertEquals(2, lane.take().orElseThrow().intValue());
    lane.release();
    assertEquals(4, lane.take().orElseThrow().intValue());
    lane.release();
    assertTrue(lane.take().isEmpty());
  }
}
