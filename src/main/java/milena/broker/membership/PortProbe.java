package milena.broker.membership;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import milena.broker.controller.NodeProbe;

/** Dials a node's port. */
public final class PortProbe implements NodeProbe {
  private static final int PATIENCE_MS = 1_000;

  private final Executor blocking;

  /**
   * @param blocking runs what may block
   */
  public PortProbe(Executor blocking) {
    this.blocking = blocking;
  }

  @Override
  public CompletionStage<Boolean> isDead(String host, int port) {
    return CompletableFuture.supplyAsync(() -> isRefused(host, port), blocking);
  }

  private static boolean isRefused(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), PATIENCE_MS);
      return false;
    } catch (ConnectException e) {
      // An unreachable host raises the same, and is no proof of anything.
      return e.getMessage() != null && e.getMessage().contains("refused");
    } catch (IOException e) {
      return false;
    }
  }
}
