package milena.node;

import static org.junit.Assert.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.Random;
import java.util.TimeZone;
import milena.testing.SeedRule;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** The line is the one that Logback's own pattern makes. */
public class LogLineTest extends JUnitSuite {
  @Rule public final SeedRule seed = new SeedRule();

  private final TimeZone before = TimeZone.getDefault();
  private final LoggerContext loggers = new LoggerContext();

  @After
  public void resetZone() {
    TimeZone.setDefault(before);
  }

  @Test
  public void linesAreAsThePatternWritesThem() {
    for (String zone : new String[] {"UTC", "Asia/Kolkata", "America/St_Johns"}) {
      TimeZone.setDefault(TimeZone.getTimeZone(zone));
      // It reads the zone when it is made.
      PatternLayout pattern = new PatternLayout();
      pattern.setContext(loggers);
      pattern.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSS} %-5level %logger{0} - %msg%n%ex");
      pattern.start();
      Random random = seed.random();
      for (int i = 0; i < 200; i++) {
        long time = Math.floorMod(random.nextLong(), 4_000_000_000_000L);
        Level level = i % 2 == 0 ? Level.INFO : Level.ERROR;
        String logger = i % 3 == 0 ? "plain" : "milena.node.Some";
        Throwable thrown = i % 10 == 0 ? new IllegalStateException("because") : null;
        LoggingEvent event =
            new LoggingEvent(
                "", loggers.getLogger(logger), level, "said {}", thrown, new Object[] {i});
        event.setTimeStamp(time);
        assertEquals(pattern.doLayout(event), new LogLine().doLayout(event));
      }
    }
  }
}
