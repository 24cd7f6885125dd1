package milena.cli.client;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import org.junit.Assert;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** What people may write for a place in a partition. */
public class StartingPointTest extends JUnitSuite {
  private static final long NOW_MS = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
  private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");

  @Test
  public void placesAreUnderstood() {
    Map.of(
            "beginning", new StartingPoint.Beginning(),
            "earliest", new StartingPoint.Beginning(),
            "end", new StartingPoint.End(),
            "42", new StartingPoint.Offset(42),
            "-10", new StartingPoint.Last(10),
            "2026-03-01T11:00:00Z", new StartingPoint.Time(NOW_MS - 3_600_000),
            "2026-03-01T13:00", new StartingPoint.Time(NOW_MS),
            "2026-03-01", new StartingPoint.Time(NOW_MS - 13 * 3_600_000),
            "15m", new StartingPoint.Time(NOW_MS - 900_000),
            "7d", new StartingPoint.Time(NOW_MS - 7 * 86_400_000))
        .forEach(
            (text, point) -> assertEquals(text, point, StartingPoint.parse(text, NOW_MS, ZONE)));
  }

  @Test
  public void anythingElseIsExplained() {
    for (String text : new String[] {"", "soon", "2026-13-01", "99999999999999999999", "5y"}) {
      Complaint complaint =
          Assert.assertThrows(text, Complaint.class, () -> StartingPoint.parse(text, NOW_MS, ZONE));
      assertTrue(complaint.getMessage(), complaint.getMessage().contains("beginning"));
    }
  }
}
