package milena.cli;

import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import milena.node.MilenaNode;

/** A node as the one thing its process does. */
final class ProcessNode {
  private ProcessNode() {}

  /**
   * Starts the node and waits until it ends by itself. SIGTERM and SIGINT stop it cleanly and end
   * the process with 0.
   *
   * @param started told when the node serves
   * @return the process's exit code when the node ended though nobody asked it to
   */
  static int run(MilenaNode.Builder builder, Consumer<MilenaNode> started)
      throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    MilenaNode node = builder.onEnd(ended::countDown).start();
    Thread stopper =
        new Thread(
            () -> {
              boolean clean = node.stop();
              // The JVM would tell of the signal (143); a clean stop is a success.
              Runtime.getRuntime().halt(clean ? 0 : 1);
            },
            "milena-stop");
    Runtime.getRuntime().addShutdownHook(stopper);
    started.accept(node);
    ended.await();
    try {
      Runtime.getRuntime().removeShutdownHook(stopper);
    } catch (IllegalStateException stopping) {
      // The stopper is at work and ends the process.
      Thread.currentThread().join();
    }
    node.stop();
    return 1;
  }
}
