package milena.node;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import milena.node.RunState.Expulsion;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class RunStateTest extends JUnitSuite {
  private final RunState state = new RunState();

  @Test
  public void onlyOneEndsIt() {
    assertTrue(state.started());
    assertTrue(state.isRunning());
    assertTrue(state.beginEnd());
    assertFalse(state.isRunning());
    assertFalse(state.beginEnd());
    assertTrue(state.ended(true));
    assertTrue(state.awaitEnd());
    assertFalse(state.beginEnd());
  }

  @Test
  public void aStartThatFailedEndsToo() {
    assertTrue(state.beginEnd());
    assertFalse(state.ended(false));
    assertFalse(state.awaitEnd());
  }

  @Test
  public void whoIsTakenForDeadWhileItStartsDoesNotRun() {
    assertEquals(Expulsion.WHILE_STARTING, state.expelled());
    assertEquals("told once", Expulsion.NO_NEWS, state.expelled());
    assertTrue(state.isExpelled());
    assertFalse(state.started());
    assertTrue("it is to be ended", state.beginEnd());
  }

  @Test
  public void whoIsTakenForDeadWithdrawsUnlessItEndsAnyway() {
    state.started();
    assertEquals(Expulsion.WHILE_RUNNING, state.expelled());
    RunState other = new RunState();
    other.started();
    other.beginEnd();
    assertEquals(Expulsion.NO_NEWS, other.expelled());
    assertFalse(other.isExpelled());
  }
}
