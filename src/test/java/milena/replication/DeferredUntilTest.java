package milena.replication;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import milena.testing.SeedRule;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class DeferredUntilTest extends JUnitSuite {
  @Rule public final SeedRule seeds = new SeedRule();

  private final DeferredUntil<String> deferred = new DeferredUntil<>();
  private final List<String> completed = new ArrayList<>();

  @Test
  public void completesInTheOrderOfOffsets() {
    deferred.add(5, Long.MAX_VALUE, "five");
    deferred.add(9, Long.MAX_VALUE, "nine");
    deferred.add(7, Long.MAX_VALUE, "seven");
    deferred.add(7, Long.MAX_VALUE, "seven again");
    deferred.reached(4, completed::add);
    assertEquals(List.of(), completed);
    deferred.reached(8, completed::add);
    assertEquals(List.of("five", "seven", "seven again"), completed);
    deferred.reached(9, completed::add);
    assertEquals(List.of("five", "seven", "seven again", "nine"), completed);
    assertTrue(deferred.isEmpty());
  }

  @Test
  public void givesUpWhatIsLate() {
    deferred.add(1, 100, "early");
    deferred.add(2, 50, "earlier");
    deferred.add(3, Long.MAX_VALUE, "patient");
    assertEquals(50, deferred.earliestDeadline());
    deferred.expire(49, completed::add);
    assertEquals(List.of(), completed);
    deferred.expire(50, completed::add);
    assertEquals(List.of("earlier"), completed);
    assertEquals(100, deferred.earliestDeadline());
    deferred.expire(1000, completed::add);
    assertEquals(List.of("earlier", "early"), completed);
    assertEquals(Long.MAX_VALUE, deferred.earliestDeadline());
    deferred.abandon(completed::add);
    assertEquals(List.of("earlier", "early", "patient"), completed);
  }

  @Test
  public void agreesWithASortedList() {
    record Twin(long target, long deadline, String name) {}
    Random random = seeds.random();
    List<Twin> twins = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      int dice = random.nextInt(10);
      if (dice < 6) {
        long target = i / 4 + random.nextInt(random.nextInt(10) == 0 ? 500 : 10);
        long deadline = random.nextInt(5) == 0 ? Long.MAX_VALUE : i + random.nextInt(300);
        deferred.add(target, deadline, "#" + i);
        twins.add(new Twin(target, deadline, "#" + i));
        twins.sort(Comparator.comparingLong(Twin::target));
      } else if (dice < 8) {
        long offset = i / 4;
        deferred.reached(offset, completed::add);
        twins.stream().filter(t -> t.target() <= offset).forEach(t -> expected.add(t.name()));
        twins.removeIf(t -> t.target() <= offset);
      } else {
        long now = i;
        deferred.expire(now, completed::add);
        twins.stream().filter(t -> t.deadline() <= now).forEach(t -> expected.add(t.name()));
        twins.removeIf(t -> t.deadline() <= now);
      }
      assertEquals(twins.size(), deferred.size());
    }
    assertEquals(expected, completed);
  }
}
