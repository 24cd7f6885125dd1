package milena.node;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Ports for listeners whose addresses others must know before they listen, or that listen at the
 * same place again after a while: port 0 is better wherever it will do.
 *
 * <p>They are below those that systems give to outgoing connections and to port 0, so that nobody
 * takes one by chance while its owner is down; nobody listens at them now; and none is given again
 * in a JVM before {@link #REMEMBERED} others have been.
 */
public final class FreePorts {
  private static final int FROM = 15_000;
  private static final int UNTIL = 30_000;
  private static final int TRIES = 10_000;

  /** Half of them, so that a suite that takes ports for ever never runs out. */
  private static final int REMEMBERED = 7_500;

  /** In the order in which they were given. */
  private static final Set<Integer> GIVEN = new LinkedHashSet<>();

  private FreePorts() {}

  /**
   * As many ports as wanted.
   *
   * @throws IllegalStateException when there are none
   */
  public static List<Integer> some(int count) {
    return IntStream.range(0, count).mapToObj(i -> withOffsets(0)).toList();
  }

  /**
   * A number to which each of the offsets can be added to get a free port.
   *
   * @param offsets from 0 up
   * @throws IllegalStateException when there is none
   */
  public static synchronized int withOffsets(int... offsets) {
    for (int i = 0; i < TRIES; i++) {
      int base = ThreadLocalRandom.current().nextInt(FROM, UNTIL);
      List<Integer> ports = new ArrayList<>();
      for (int offset : offsets) {
        ports.add(base + offset);
      }
      if (ports.stream().noneMatch(GIVEN::contains) && ports.stream().allMatch(FreePorts::isFree)) {
        GIVEN.addAll(ports);
        Iterator<Integer> oldest = GIVEN.iterator();
        while (GIVEN.size() > REMEMBERED) {
          oldest.next();
          oldest.remove();
        }
        return base;
      }
    }
    throw new IllegalStateException("All ports from " + FROM + " to " + UNTIL + " are taken");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
