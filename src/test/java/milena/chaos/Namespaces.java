package milena.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace for each node, on a bridge of this machine where the clients are too, and a
 * small file system in memory for each. Needs root, {@code ip} and {@code tc}.
 *
 * <p>Each knows the hardware address of each other by a fixed entry. A cut replaces the entry of
 * one by an address that nobody has, so that packets leave and never arrive, in that direction
 * only.
 */
final class Namespaces implements Place {
  private static final String NOBODY = "02:00:de:ad:00:00";

  private final String name;
  private final String net;
  private final int nodes;
  private final Path home;
  private final List<Path> mounted = new ArrayList<>();
  private final Thread removeOnExit = new Thread(this::remove);

  private Namespaces(int number, int nodes, Path home) {
    this.name = "mlna" + number;
    this.net = "10.211." + number + ".";
    this.nodes = nodes;
    this.home = home;
  }

  /** Whether this system and this user can have namespaces. */
  static boolean possible() {
    String probe = "mlnaprobe" + ProcessHandle.current().pid();
    return Shell.succeeds("ip netns add " + probe)
        && Shell.succeeds("tc -V")
        && Shell.succeeds("ip netns del " + probe);
  }

  /**
   * @param diskMegabytes the size of each node's disk
   */
  static Namespaces create(int nodes, Path home, int diskMegabytes) {
    int number = 1;
    while (!Shell.succeeds("ip link add mlna" + number + " type bridge")) {
      number++;
      if (number > 200) {
        throw new IllegalStateException("No bridge can be made: " + number + " are there");
      }
    }
    Namespaces made = new Namespaces(number, nodes, home);
    Runtime.getRuntime().addShutdownHook(made.removeOnExit);
    try {
      made.build(diskMegabytes);
      return made;
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
  }

  private void build(int diskMegabytes) {
    Shell.run("ip link set " + name + " address " + hardware(CLIENTS));
    Shell.run("ip addr add " + host(CLIENTS) + "/24 dev " + name);
    Shell.run("ip link set " + name + " up");
    for (int node = 1; node <= nodes; node++) {
      String space = space(node);
      String outside = name + "n" + node;
      Shell.run("ip netns add " + space);
      Shell.run("ip link add " + outside + " type veth peer name eth0 netns " + space);
      Shell.run("ip link set " + outside + " master " + name + " up");
      Shell.run("ip -n " + space + " link set eth0 address " + hardware(node) + " up");
      Shell.run("ip -n " + space + " link set lo up");
      Shell.run("ip -n " + space + " addr add " + host(node) + "/24 dev eth0");
      mount(node, diskMegabytes);
    }
    for (int from = 0; from <= nodes; from++) {
      for (int to = 0; to <= nodes; to++) {
        if (from != to) {
          heal(from, to);
        }
      }
    }
  }

  private void mount(int node, int megabytes) {
    Path disk = disk(node);
    Shell.run("mount -t tmpfs -o size=" + megabytes + "m milena-chaos " + disk);
    mounted.add(disk);
  }

  private String space(int node) {
    return name + "-" + node;
  }

  private static String hardware(int place) {
    return "02:00:00:00:01:%02x".formatted(place + 1);
  }

  @Override
  public String host(int node) {
    return net + (node == CLIENTS ? 1 : 10 + node);
  }

  @Override
  public List<String> inside(int node, List<String> command) {
    List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", space(node)));
    whole.addAll(command);
    return whole;
  }

  @Override
  public Path disk(int node) {
    try {
      return Files.createDirectories(home.resolve("disk-" + node));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean canBeBroken() {
    return true;
  }

  private Path filler(int node) {
    return disk(node).resolve("filler");
  }

  @Override
  public void fillDisk(int node) {
    byte[] some = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(filler(node))) {
      while (true) {
        out.write(some);
      }
    } catch (IOException full) {
      // That is the aim.
    }
  }

  @Override
  public void freeDisk(int node) {
    try {
      Files.deleteIfExists(filler(node));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void cut(int from, int to) {
    neighbour(from, to, NOBODY);
  }

  @Override
  public void heal(int from, int to) {
    neighbour(from, to, hardware(to));
  }

  private void neighbour(int from, int to, String hardware) {
    Shell.run(
        "ip %sneigh replace %s lladdr %s dev %s nud permanent"
            .formatted(
                from == CLIENTS ? "" : "-n " + space(from) + " ",
                host(to),
                hardware,
                from == CLIENTS ? name : "eth0"));
  }

  @Override
  public void slow(int node, int kbits) {
    Shell.run(
        "tc -n %s qdisc replace dev eth0 root tbf rate %dkbit burst 16kb latency 3s"
            .formatted(space(node), kbits));
  }

  @Override
  public void hurry(int node) {
    Shell.run("tc -n %s qdisc del dev eth0 root".formatted(space(node)));
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(removeOnExit);
    remove();
  }

  private void remove() {
    for (int node = 1; node <= nodes; node++) {
      Shell.succeeds("ip netns del " + space(node));
    }
    Shell.succeeds("ip link del " + name);
    for (Path disk : mounted) {
      Shell.succeeds("umount -l " + disk);
    }
  }
}
