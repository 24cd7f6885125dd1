package milena.node;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Does what a start needs a little later on threads of its own. */
final class Aside {
  private Aside() {}

  static <T> CompletableFuture<T> run(String name, Callable<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(task.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            },
            "milena-start-" + name);
    thread.setDaemon(true);
    thread.start();
    return result;
  }
}
