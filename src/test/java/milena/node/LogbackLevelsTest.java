package milena.node;

import static org.junit.Assert.assertEquals;

import milena.kafka.api.LogLevels;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;
import org.slf4j.LoggerFactory;

public class LogbackLevelsTest extends JUnitSuite {
  private static final String PARENT = "milena.node.LogbackLevelsTest";
  private static final String CHILD = PARENT + ".child";

  @Test
  public void aLoggerFollowsItsParentUntilItIsSet() {
    LoggerFactory.getLogger(CHILD);
    LogLevels levels = LogbackLevels.ofThisProcess();
    levels.set(PARENT, "WARN");
    assertEquals("WARN", levels.levels().get(CHILD));
    levels.set(CHILD, "FATAL");
    assertEquals("ERROR", levels.levels().get(CHILD));
    levels.unset(CHILD);
    assertEquals("WARN", levels.levels().get(CHILD));
    levels.unset(PARENT);
    assertEquals(levels.levels().get(LogLevels.ROOT), levels.levels().get(CHILD));
  }
}
