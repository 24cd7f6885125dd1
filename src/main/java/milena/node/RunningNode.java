package milena.node;

/** Placeholder. */
final class RunningNode {
  static RunningNode start(Settings settings, Runnable onEnd) {
    throw new CannotStart("Not yet.");
  }

  String bootstrapServers() {
    return "";
  }

  boolean stop() {
    return true;
  }

  void kill() {}
}
