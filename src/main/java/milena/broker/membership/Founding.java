package milena.broker.membership;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import milena.broker.membership.VoterAdmission.Standing;

/**
 * What a voter without memory makes of what the others tell it of themselves: whether the cluster
 * is new. It is when every voter says so, within a second: nothing of a cluster that was is left
 * anywhere then. A majority that says so would not do. Of three voters, one may know all that was
 * ever committed while another has lost its directory and the third was never started.
 */
final class Founding {
  private static final long FRESH_NANOS = 1_000_000_000L;

  private final List<Integer> others;
  private final Map<Integer, Heard> heard = new HashMap<>();

  private record Heard(Standing standing, long atNanos) {}

  /**
   * @param others all other voters
   */
  Founding(List<Integer> others) {
    this.others = List.copyOf(others);
  }

  void hear(Standing standing, long nowNanos) {
    if (others.contains(standing.nodeId())) {
      heard.put(standing.nodeId(), new Heard(standing, nowNanos));
    }
  }

  /** Whether all others know of nothing, so that all may vote. */
  boolean isNew(long nowNanos) {
    return which(nowNanos, Standing::knowsNothing).size() == others.size();
  }

  /** Who leads, as some other knows. */
  OptionalInt leader(long nowNanos) {
    return fresh(nowNanos).values().stream()
        .mapToInt(each -> each.standing().leader())
        .filter(leader -> leader >= 0)
        .findFirst();
  }

  /** The voters that say nothing. */
  List<Integer> silent(long nowNanos) {
    Map<Integer, Heard> fresh = fresh(nowNanos);
    return others.stream().filter(id -> !fresh.containsKey(id)).toList();
  }

  /** The voters that have something of a cluster. */
  List<Integer> knowing(long nowNanos) {
    return which(nowNanos, standing -> !standing.knowsNothing());
  }

  private List<Integer> which(long nowNanos, Predicate<Standing> condition) {
    Map<Integer, Heard> fresh = fresh(nowNanos);
    return others.stream()
        .filter(id -> fresh.containsKey(id) && condition.test(fresh.get(id).standing()))
        .toList();
  }

  private Map<Integer, Heard> fresh(long nowNanos) {
    heard.values().removeIf(each -> nowNanos - each.atNanos() > FRESH_NANOS);
    return heard;
  }
}
