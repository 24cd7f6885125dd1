package milena.multinode;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import milena.node.FreePorts;

/** Starts the JVMs of a test, some of them again, and waits for their ends: one object for each. */
final class Launcher {
  private static final Path OUTPUT =
      Path.of(System.getProperty("basedir", System.getProperty("user.dir")), "target/multi-node");
  private static final String HOST = "127.0.0.1";
  private static final int JVMS = 4;
  private static final long PATIENCE_SECONDS = 900;

  private final Path output;
  private final List<String> command;
  private Process process;

  private Launcher(Class<?> test, int index, List<String> command) throws IOException {
    this.output = OUTPUT.resolve(test.getSimpleName() + "-" + index + ".log");
    this.command = command;
    Files.deleteIfExists(output);
    start();
  }

  /**
   * Runs a test in a JVM for the client and one for each of three nodes.
   *
   * @param directory for the nodes' data
   * @throws AssertionError when one of them fails or does not end, with what all of them said
   */
  static void run(Class<? extends Participant> test, Path directory) throws Exception {
    List<Integer> ports = FreePorts.some(1 + 2 * (JVMS - 1));
    Files.createDirectories(OUTPUT);
    List<Launcher> jvms = new ArrayList<>();
    try {
      for (int index = 0; index < JVMS; index++) {
        jvms.add(new Launcher(test, index, command(test, index, ports, directory)));
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (jvms.stream().anyMatch(Launcher::isRunning)) {
        for (Launcher jvm : jvms) {
          jvm.look(jvms, System.nanoTime() < deadline);
        }
        Thread.sleep(50);
      }
    } finally {
      jvms.forEach(jvm -> jvm.process.destroyForcibly());
    }
  }

  private void start() throws IOException {
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
  }

  private boolean isRunning() {
    return process.isAlive() || process.exitValue() == Participant.COMES_BACK;
  }

  private void look(List<Launcher> all, boolean inTime) throws IOException {
    if (process.isAlive()) {
      assertTrue("A JVM does not end\n" + (inTime ? "" : said(all)), inTime);
    } else if (process.exitValue() == Participant.COMES_BACK) {
      command.add(1, "-D" + Participant.BACK + "=true");
      start();
    } else {
      int code = process.exitValue();
      assertEquals(output + "\n" + (code == 0 ? "" : said(all)), 0, code);
    }
  }

  private static List<String> command(
      Class<?> test, int index, List<Integer> ports, Path directory) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Dmultinode.max-nodes=" + JVMS);
    command.add("-Dmultinode.host=" + HOST);
    command.add("-Dmultinode.index=" + index);
    command.add("-Dmultinode.server-host=" + HOST);
    command.add("-Dmultinode.server-port=" + ports.get(0));
    command.add("-D" + Places.DIRECTORY + "=" + directory);
    command.add(
        "-D"
            + Places.PORTS
            + "="
            + ports.stream().skip(1).map(String::valueOf).collect(Collectors.joining(",")));
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.addAll(List.of(Participant.class.getName(), test.getName()));
    return command;
  }

  private static String said(List<Launcher> jvms) throws IOException {
    StringBuilder said = new StringBuilder();
    for (Launcher jvm : jvms) {
      said.append("--- ").append(jvm.output).append('\n').append(Files.readString(jvm.output));
    }
    return said.toString();
  }
}
