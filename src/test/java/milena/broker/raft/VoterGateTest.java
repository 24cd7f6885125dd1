package milena.broker.raft;

import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import milena.broker.raft.RaftRpc.Kind;
import org.junit.Assert;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** What a voter with an empty directory answers while it may not take part. */
public class VoterGateTest extends JUnitSuite {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private VoterGate gate(Duration held) throws IOException {
    return VoterGate.of(folder.getRoot().toPath(), true, 3, held);
  }

  /** A request for a vote that waits at the gate. */
  private static Thread hold(VoterGate gate, AtomicReference<Exception> refusal)
      throws InterruptedException {
    Thread caller =
        new Thread(
            () -> {
              try {
                gate.requireMayAnswer(Kind.REQUEST_VOTE);
              } catch (IOException e) {
                refusal.set(e);
              }
            });
    caller.start();
    while (caller.getState() != Thread.State.TIMED_WAITING) {
      assertTrue("it was answered at once: " + refusal, caller.isAlive());
      Thread.onSpinWait();
    }
    return caller;
  }

  @Test
  public void aRequestForAVoteIsAnsweredWhenTheGateOpens() throws Exception {
    VoterGate gate = gate(Duration.ofHours(1));
    AtomicReference<Exception> refusal = new AtomicReference<>();
    Thread caller = hold(gate, refusal);
    gate.vote();
    caller.join();
    assertNull(refusal.get());
  }

  @Test
  public void aRequestForAVoteIsRefusedWhenTheGateOpensToLearnOnly() throws Exception {
    VoterGate gate = gate(Duration.ofHours(1));
    AtomicReference<Exception> refusal = new AtomicReference<>();
    Thread caller = hold(gate, refusal);
    gate.learn();
    caller.join();
    assertTrue(refusal.get().getMessage().contains("may not take part yet"));
  }

  @Test
  public void aRequestForAVoteIsRefusedWhenTheGateStaysShut() throws Exception {
    VoterGate gate = gate(Duration.ofMillis(1));
    Assert.assertThrows(IOException.class, () -> gate.requireMayAnswer(Kind.REQUEST_VOTE));
  }

  @Test
  public void whatALeaderSendsIsRefusedAtOnce() throws Exception {
    VoterGate gate = gate(Duration.ofHours(1));
    Assert.assertThrows(IOException.class, () -> gate.requireMayAnswer(Kind.APPEND_ENTRIES));
    Assert.assertThrows(IOException.class, () -> gate.requireMayAnswer(Kind.INSTALL_SNAPSHOT));
  }
}
